//! Starts the storefront from exactly the files that its image has, with the image's environment and commands.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime},
};

use infrastructure_checks::{
    images::{Stage, WORKDIR, copy_file, stages},
    shell, tools,
    workflows::steps,
};
use tempfile::TempDir;

const DOCKERFILE: &str = "src/frontend/Dockerfile";

/// Ends with the test, whatever its end is.
struct Storefront(Child);

impl Drop for Storefront {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).unwrap();
    }
}

#[test]
fn the_storefront_starts_from_what_its_image_has() {
    let (stage, folder) = (stages(DOCKERFILE).pop().unwrap(), TempDir::new().unwrap());
    assemble(&stage, folder.path());
    let before = listing(folder.path());
    let (port, metrics_port) = (free_port(), free_port());
    let mut storefront = start(&stage, folder.path(), port, metrics_port);
    wait_until_healthy(&stage, &mut storefront, port);

    let pages = files_below(&folder.path().join(".next/static"));
    let script =
        pages.iter().find(|file| file.extension().is_some_and(|extension| extension == "js")).expect("no script");
    let script = script.strip_prefix(folder.path().join(".next")).unwrap().display().to_string();
    for (port, address) in
        [(port, format!("/_next/{script}")), (port, "/icon.svg".into()), (metrics_port, "/metrics".into())]
    {
        let answer = get(port, &address).unwrap_or_default();
        assert!(answer.starts_with("HTTP/1.1 200"), "{address}: {}", answer.lines().next().unwrap_or("no answer"));
    }
    drop(storefront);
    assert_eq!(listing(folder.path()), before, "it wrote a file, and its file system is read-only");

    let mut copied = 0;
    for source in copied_by_workflows() {
        let path = folder.path().join(source.strip_prefix(WORKDIR).unwrap_or(&source));
        assert!(path.exists(), "a workflow copies {source}, which is not in the image");
        copied += 1;
    }
    assert!(copied > 0, "the release copies no static files");
    println!("  storefront: started from {} files, {copied} paths that the release copies", before.len());
}

/// What `COPY --from=build` takes, from the folder where `make` has built the same.
fn assemble(stage: &Stage, into: &Path) {
    let own = tools().join("../..");
    for copy in stage.iter().filter(|line| line.keyword == "COPY") {
        assert!(copy.rest.starts_with("--from=build "), "{}: what is not built is not in the image", copy.rest);
        let arguments = copy.arguments();
        let source = own.join(arguments[0].strip_prefix(WORKDIR).expect("it is in the folder that is built in"));
        assert!(source.exists(), "{} is missing: `make` builds it", source.display());
        for file in files_below(&source) {
            copy_file(&file, &into.join(arguments[1]).join(file.strip_prefix(&source).unwrap()));
        }
    }
}

/// The image's `ENTRYPOINT` with its `ENV`, but on loopback and on ports that are free.
fn start(stage: &Stage, folder: &Path, port: u16, metrics_port: u16) -> Storefront {
    let environment = stage.iter().filter(|line| line.keyword == "ENV").flat_map(|line| line.rest.split(' '));
    let mut environment: BTreeMap<&str, String> = environment
        .map(|pair| pair.split_once('=').expect("ENV is name=value"))
        .map(|(name, value)| (name, value.into()))
        .collect();
    for (name, value) in [("PORT", port.to_string()), ("STOREFRONT_METRICS_PORT", metrics_port.to_string())] {
        environment.insert(name, value).unwrap_or_else(|| panic!("the image has no {name}"));
    }
    for name in ["HOSTNAME", "STOREFRONT_METRICS_HOST"] {
        let host = environment.insert(name, Ipv4Addr::LOCALHOST.to_string());
        assert_eq!(host.as_deref(), Some("0.0.0.0"), "nobody outside of the container reaches {name}");
    }
    let mut command = words(stage, "ENTRYPOINT");
    // Without what the caller's environment has: the image has none of it.
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).envs(environment);
    Storefront(command.current_dir(folder).stdout(Stdio::null()).spawn().expect("Node.js is missing"))
}

/// The words of an instruction, with the machine's own Node.js.
fn words(stage: &Stage, keyword: &str) -> Command {
    let line = stage.iter().find(|line| line.keyword == keyword).unwrap_or_else(|| panic!("no {keyword}"));
    let json = &line.rest[line.rest.find('[').expect("words as JSON")..];
    let words: Vec<String> = serde_json::from_str(json).unwrap();
    assert_eq!(words[0], "/nodejs/bin/node", "where the image has Node.js");
    let mut command = Command::new("node");
    command.args(&words[1..]);
    command
}

/// Asks as the image's `HEALTHCHECK` does.
fn wait_until_healthy(stage: &Stage, storefront: &mut Storefront, port: u16) {
    let started = Instant::now();
    loop {
        let mut check = words(stage, "HEALTHCHECK");
        let on_its_port = check.get_args().map(|word| word.to_string_lossy().replace(":3000/", &format!(":{port}/")));
        let on_its_port: Vec<String> = on_its_port.collect();
        check = Command::new("node");
        if check.args(on_its_port).status().unwrap().success() {
            return;
        }
        assert!(storefront.0.try_wait().unwrap().is_none(), "it ended instead of starting");
        assert!(started.elapsed() < Duration::from_secs(60), "it is not healthy after a minute");
        thread::sleep(Duration::from_millis(100));
    }
}

fn get(port: u16, address: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    write!(stream, "GET {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()).unwrap().port()
}

/// The paths within the container that workflows copy out of it.
fn copied_by_workflows() -> BTreeSet<String> {
    let commands = steps().into_iter().flat_map(|step| step.get("run").map(shell::commands).unwrap_or_default());
    let copies = commands.filter(|words| words.len() == 4 && words[..2] == ["docker", "cp"]);
    copies.filter_map(|words| words[2].strip_prefix("storefront:").map(str::to_owned)).collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// Every file with its time.
fn listing(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    files_below(folder)
        .into_iter()
        .map(|file| (file.clone(), fs::metadata(&file).and_then(|data| data.modified()).unwrap()))
        .collect()
}
