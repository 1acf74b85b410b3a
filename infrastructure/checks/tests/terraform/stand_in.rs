//! AWS on loopback: moto's server, for as long as a test lasts.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use infrastructure_checks::{path, run, tools};

/// moto with two faults put right. It refuses by conditions that it does not evaluate, so here it keeps buckets' policies and
/// gives them back, and obeys none. And it forgets that a database's parameter was set by its user.
const SERVER: &str = "
from moto.iam.access_control import PermissionResult
from moto.rds.models import DBParameterGroup
from moto.s3.models import FakeBucket
from moto.server import main
update = DBParameterGroup.update_parameters
DBParameterGroup.update_parameters = lambda group, new: update(group, [one | {'Source': 'user'} for one in new])
FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL
main()
";

pub struct Aws {
    server: Child,
    port: u16,
}

impl Aws {
    /// Starts the server on a free port, and waits until it listens. `name` is that of its log.
    pub fn start(name: &str) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let folder = path("target/infrastructure/terraform");
        fs::create_dir_all(&folder).unwrap();
        let log = folder.join(name).with_extension("log");
        let output = fs::File::create(&log).unwrap();
        let mut command = Command::new(tools().join("venv/bin/python"));
        command.args(["-c", SERVER, "--host", "127.0.0.1", "--port", &port.to_string()]);
        // Roles attach AWS's own policies, and certificates are issued at once.
        command.env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true").env("MOTO_ACM_VALIDATION_WAIT", "1");
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
        let server = command.spawn().expect("moto's server, which `make check-infra` installs");
        let mut aws = Self { server, port };
        let end = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(aws.server.try_wait().unwrap().is_none(), "moto's server ended; see {}", log.display());
            assert!(Instant::now() < end, "moto's server does not listen");
            thread::sleep(Duration::from_millis(100));
        }
        aws
    }

    /// Makes a bucket, as `bootstrap` would.
    pub fn make_bucket(&self, name: &str) {
        let script = "import boto3, os, sys
region = os.environ['AWS_REGION']
boto3.client('s3').create_bucket(Bucket=sys.argv[1], CreateBucketConfiguration={'LocationConstraint': region})";
        run(self.speak_to(Command::new(tools().join("venv/bin/python")).args(["-c", script, name])));
    }

    /// Makes a command speak to this AWS and to no other.
    pub fn speak_to<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let address = format!("http://127.0.0.1:{}", self.port);
        let nowhere = "/dev/null";
        command.envs([("AWS_ENDPOINT_URL", address.as_str()), ("AWS_ENDPOINT_URL_S3", &address)]);
        command.envs([
            ("AWS_ACCESS_KEY_ID", "testing"),
            ("AWS_SECRET_ACCESS_KEY", "testing"),
            ("AWS_REGION", "eu-central-1"),
        ]);
        command.envs([("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_CONFIG_FILE", nowhere)]);
        command.envs([("AWS_SHARED_CREDENTIALS_FILE", nowhere)]);
        command.env_remove("AWS_PROFILE").env_remove("AWS_SESSION_TOKEN")
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
