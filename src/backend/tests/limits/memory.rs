//! A control group that bounds a process's memory, as a container's does, and what the process held in it.

use std::{
    fs,
    path::{Path, PathBuf},
};

pub const MIB: u64 = 1 << 20;

/// A process in a control group of its own; dropped, the group goes with its process.
pub struct MemoryGroup {
    folder: PathBuf,
    pid: u32,
}

impl MemoryGroup {
    /// Puts a process into a group that may hold `bytes`: with more, the kernel kills it.
    pub fn holding(pid: u32, bytes: u64) -> Self {
        let root = Path::new("/sys/fs/cgroup");
        // Version 2 has one hierarchy; version 1 has one for each resource.
        let (parent, limit) = if root.join("cgroup.controllers").exists() {
            (root.to_owned(), "memory.max")
        } else {
            (root.join("memory"), "memory.limit_in_bytes")
        };
        let folder = parent.join(format!("devopsify-{pid}"));
        fs::create_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}: this needs root", folder.display()));
        fs::write(folder.join(limit), bytes.to_string()).unwrap();
        fs::write(folder.join("cgroup.procs"), pid.to_string()).unwrap();
        Self { folder, pid }
    }

    /// What the process holds in memory, in bytes (`VmRSS`).
    pub fn resident(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most that it ever held, in bytes (`VmHWM`).
    pub fn peak(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
        kibibytes.unwrap_or_else(|| panic!("process {} is gone: it was killed or it ended", self.pid)) << 10
    }
}

impl Drop for MemoryGroup {
    fn drop(&mut self) {
        // It is empty once its process is gone; one that still runs is killed by its own owner.
        let _ = fs::remove_dir(&self.folder);
    }
}
