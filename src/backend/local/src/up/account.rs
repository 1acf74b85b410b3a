//! Whom PostgreSQL runs as: it refuses to be root, and what may be done about that depends on the machine.

use std::{ffi::OsStr, io, os::unix::fs::chown, path::Path};

use anyhow::bail;
use rustix::process::geteuid;
use tokio::process::Command;

use super::process::{ends_with_us, works};

/// A user of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    name: String,
    uid: u32,
    gid: u32,
}

/// Whom PostgreSQL runs as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// As the user who started us.
    Own,
    /// As root that a user namespace shows as somebody else: files stay root's, so it works in private folders.
    Namespace(User),
    /// As a user without rights, who cannot look into private folders.
    Other(User),
}

impl Account {
    /// The account for running `program` in `folder`, on files of the user `owner` if there are any yet.
    ///
    /// # Errors
    /// When the machine lets root run it in no way.
    pub fn choose(program: &Path, folder: &Path, owner: Option<u32>) -> anyhow::Result<Self> {
        if !geteuid().is_root() {
            return Ok(Self::Own);
        }
        let users = users();
        // `sudo` in a user's checkout: the database stays that user's.
        if let Some(user) = users.iter().find(|user| user.uid != 0 && Some(user.uid) == owner) {
            let account = Self::Other(user.clone());
            if account.can_use(program, folder) {
                return Ok(account);
            }
        }
        // 65534 also stands for users that a namespace does not know: it would make root and strangers alike.
        if let Some(user) = users.iter().find(|user| ![0, 65534].contains(&user.uid)) {
            let account = Self::Namespace(user.clone());
            if account.can_use(program, folder) {
                return Ok(account);
            }
        }
        Self::other(&users)
    }

    /// A user without rights: `nobody`, or the first that there is.
    ///
    /// # Errors
    /// When the machine does not let us become another user.
    pub fn unprivileged() -> anyhow::Result<Self> {
        Self::other(&users())
    }

    fn other(users: &[User]) -> anyhow::Result<Self> {
        let nobody = users.iter().find(|user| user.name == "nobody");
        if let Some(user) = nobody.or_else(|| users.iter().find(|user| user.uid != 0)) {
            let account = Self::Other(user.clone());
            let mut words = account.words();
            words.push("true".into());
            if works(&words.iter().map(String::as_str).collect::<Vec<_>>()) {
                return Ok(account);
            }
        }
        bail!(
            "PostgreSQL refuses to run as root, and this machine allows neither a user namespace (`unshare --user`) nor a \
             change of user (`setpriv`): run as another user, or set DATABASE_URL to a PostgreSQL of yours"
        )
    }

    /// Whether it can run `program` and write into `folder`.
    pub fn can_use(&self, program: &Path, folder: &Path) -> bool {
        if *self == Self::Own {
            return true;
        }
        let (Some(program), Some(folder)) = (program.to_str(), folder.to_str()) else { return false };
        let words = self.words();
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.extend(["sh", "-c", r#"test -x "$0" && test -w "$1""#, program, folder]);
        works(&words)
    }

    /// A command that runs `program` under this account; it ends by `signal` when we die, if one is given.
    pub fn command(&self, program: impl AsRef<OsStr>, signal: Option<&'static str>) -> Command {
        let mut words = self.words();
        words.extend(signal.map(ends_with_us).unwrap_or_default().into_iter().map(String::from));
        let Some((first, rest)) = words.split_first() else { return Command::new(program) };
        let mut command = Command::new(first);
        command.args(rest).arg(program);
        command
    }

    fn words(&self) -> Vec<String> {
        match self {
            Self::Own => Vec::new(),
            Self::Namespace(user) => vec![
                "unshare".into(),
                "--user".into(),
                format!("--map-user={}", user.uid),
                format!("--map-group={}", user.gid),
            ],
            Self::Other(user) => vec![
                "setpriv".into(),
                format!("--reuid={}", user.uid),
                format!("--regid={}", user.gid),
                "--clear-groups".into(),
            ],
        }
    }

    /// Whose the files of this account's PostgreSQL must be, as a number.
    pub fn uid(&self) -> u32 {
        match self {
            Self::Own | Self::Namespace(_) => geteuid().as_raw(),
            Self::Other(user) => user.uid,
        }
    }

    /// Gives a file to this account.
    pub fn own(&self, path: &Path) -> io::Result<()> {
        match self {
            Self::Own | Self::Namespace(_) => Ok(()),
            Self::Other(user) => chown(path, Some(user.uid), Some(user.gid)),
        }
    }

    /// Copies a folder with all that is in it, as this account's own.
    pub fn copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::create_dir(to)?;
        std::fs::set_permissions(to, std::fs::metadata(from)?.permissions())?;
        self.own(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            let (kind, source, target) = (entry.file_type()?, entry.path(), to.join(entry.file_name()));
            if kind.is_dir() {
                self.copy(&source, &target)?;
            } else if kind.is_symlink() {
                std::os::unix::fs::symlink(std::fs::read_link(&source)?, &target)?;
            } else {
                std::fs::copy(&source, &target)?;
                self.own(&target)?;
            }
        }
        Ok(())
    }
}

/// The name of a user, or the number where there is no name.
pub fn user_name(uid: u32) -> String {
    users().into_iter().find(|user| user.uid == uid).map_or_else(|| format!("user {uid}"), |user| user.name)
}

fn users() -> Vec<User> {
    std::fs::read_to_string("/etc/passwd").map(|text| text.lines().filter_map(user).collect()).unwrap_or_default()
}

/// One line of passwd(5): `name:password:uid:gid:comment:home:shell`.
fn user(line: &str) -> Option<User> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(User { name, uid, gid })
}

#[cfg(test)]
mod tests {
    use super::{Account, User, user};

    fn nobody() -> User {
        User { name: "nobody".into(), uid: 65534, gid: 65533 }
    }

    #[test]
    fn users_are_read_as_passwd_has_them() {
        assert_eq!(user("nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin"), Some(nobody()));
        assert_eq!(user("+::::::"), None);
        assert_eq!(user(""), None);
    }

    #[test]
    fn a_change_of_user_comes_before_the_wish_to_end_with_us() {
        let command = Account::Other(nobody()).command("postgres", Some("INT"));
        let command = command.as_std();
        let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
        assert_eq!(words.first().unwrap(), &"setpriv");
        assert_eq!(words.get(1).unwrap(), &"--reuid=65534");
        assert_eq!(words.last().unwrap(), &"postgres");
        let change = words.iter().position(|word| *word == "--clear-groups").unwrap();
        assert!(words.iter().position(|word| *word == "--pdeathsig").is_none_or(|wish| wish > change));
    }

    #[test]
    fn a_folder_is_copied_with_its_links_and_modes() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        std::fs::create_dir_all(from.join("deep")).unwrap();
        std::fs::write(from.join("deep/file"), "text").unwrap();
        symlink("deep/file", from.join("link")).unwrap();
        std::fs::set_permissions(&from, PermissionsExt::from_mode(0o700)).unwrap();
        Account::Own.copy(&from, &to).unwrap();
        assert_eq!(std::fs::read_to_string(to.join("link")).unwrap(), "text");
        assert_eq!(to.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
}
