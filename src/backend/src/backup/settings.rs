//! PostgreSQL's own commands: how it puts its log into the archive, and how it takes it out again.

use std::path::Path;

use anyhow::{Context, ensure};

/// The settings of a server whose log goes to the archive: each is one of `postgresql.conf`.
///
/// # Errors
/// When the folder's name cannot stand in a shell's command.
pub fn archiving(wal: &Path) -> anyhow::Result<[(&'static str, String); 3]> {
    // What the store loses with its disk is a minute at the most.
    Ok([
        ("archive_mode", "on".into()),
        ("archive_timeout", "60".into()),
        ("archive_command", archive_command(plain(wal)?)),
    ])
}

/// PostgreSQL's documentation, "Setting Up WAL Archiving": never overwrites, succeeds again for the same file (it is sent twice
/// when the server dies in between), and gives a file its name once it is complete and on the disk. It keeps the file's time:
/// that is how far the log is known to reach. A segment that was switched early is mostly zeros, so gzip is worth it.
fn archive_command(wal: &str) -> String {
    let (done, half) = (format!("\"{wal}/%f.gz\""), format!("\"{wal}/.%f.part\""));
    format!(
        "if test -e {done}; then gzip -dc <{done} | cmp -s - \"%p\"; else mkdir -p \"{wal}\" && gzip -1 -c <\"%p\" >{half} && \
         touch -r \"%p\" {half} && sync {half} && mv {half} {done} && sync \"{wal}\"; fi"
    )
}

/// The command that gives a restored server its log. A file that is not there ends the log; one that is broken must not look
/// like its end, and beyond 125 PostgreSQL stops.
///
/// # Errors
/// When the folder's name cannot stand in a shell's command.
pub fn restore_command(wal: &Path) -> anyhow::Result<String> {
    let file = format!("\"{}/%f.gz\"", plain(wal)?);
    Ok(format!("if test -e {file}; then gzip -dc <{file} >\"%p\" || exit 255; else exit 1; fi"))
}

/// A path that means the same to PostgreSQL's configuration, which replaces `%`, and to a shell.
fn plain(path: &Path) -> anyhow::Result<&str> {
    let text = path.to_str().context("the folder of backups has a name that is not UTF-8")?;
    let is_plain = |c: char| c.is_alphanumeric() || " /._-+,:@~=".contains(c);
    ensure!(
        text.chars().all(is_plain),
        "{text} cannot be the folder of backups: use letters, digits and / . _ - + only"
    );
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::MetadataExt, path::Path, process::Command};

    use super::{archive_command, archiving, restore_command};

    /// Runs a command as PostgreSQL does.
    fn run(command: &str, path: &Path, name: &str) -> i32 {
        let command = command.replace("%f", name).replace("%p", path.to_str().unwrap());
        Command::new("sh").args(["-c", &command]).output().unwrap().status.code().unwrap()
    }

    #[test]
    fn a_file_is_archived_once_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let (wal, file) = (folder.path().join("b/wal"), folder.path().join("segment"));
        let archive = archive_command(wal.to_str().unwrap());
        fs::write(&file, "the log").unwrap();
        assert_eq!(run(&archive, &file, "0A"), 0);
        let time = |path: &Path| (path.metadata().unwrap().mtime(), path.metadata().unwrap().mtime_nsec());
        assert_eq!(time(&wal.join("0A.gz")), time(&file));
        assert_eq!(run(&archive, &file, "0A"), 0, "the same file again");
        fs::write(&file, "another log").unwrap();
        assert_ne!(run(&archive, &file, "0A"), 0, "another file of that name");
        let back = folder.path().join("back");
        assert_eq!(run(&restore_command(&wal).unwrap(), &back, "0A"), 0);
        assert_eq!(fs::read_to_string(back).unwrap(), "the log");
        assert_eq!(fs::read_dir(&wal).unwrap().count(), 1, "nothing half is left");
    }

    #[test]
    fn a_file_that_is_missing_ends_the_log_and_a_broken_one_stops_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let (restore, to) = (restore_command(folder.path()).unwrap(), folder.path().join("to"));
        assert_eq!(run(&restore, &to, "0B"), 1);
        fs::write(folder.path().join("0B.gz"), "no gzip").unwrap();
        assert_eq!(run(&restore, &to, "0B"), 255);
    }

    #[test]
    fn a_name_that_a_shell_would_read_is_refused() {
        assert!(archiving(Path::new("/backups/wal of 18")).is_ok());
        for bad in ["/backups/$HOME", "/100%", "/it's", "/a\"b", "/a`b`", "/a\\b"] {
            assert!(archiving(Path::new(bad)).is_err(), "{bad} was taken");
        }
    }
}
