//! How much the public origin does at the same time, as it is configured.

use clap::Args;

/// What the public origin does at the same time; what is beyond is refused at once, with 503 and `Retry-After`.
#[derive(Clone, Args)]
pub struct LoadConfig {
    /// Connections that are open at the same time; as many requests are answered at the same time.
    #[arg(long, env = "MAX_CONNECTIONS", default_value_t = LoadConfig::default().max_connections, value_parser = clap::value_parser!(u32).range(16..=65_536))]
    pub max_connections: u32,

    /// Requests of one client that are answered at the same time. A client is an address, or the /64 of one of IPv6; behind a
    /// proxy that TRUSTED_PROXIES does not name, all visitors are one.
    #[arg(long, env = "MAX_REQUESTS_PER_CLIENT", default_value_t = LoadConfig::default().max_requests_per_client, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_requests_per_client: u32,

    /// Bytes of requests' bodies that are in memory at the same time; at least those of the largest picture, 20 MiB.
    #[arg(long, env = "MAX_BODY_MEMORY", default_value_t = LoadConfig::default().max_body_memory, value_parser = clap::value_parser!(u32).range(20 << 20..))]
    pub max_body_memory: u32,

    /// Pages that Next.js renders at the same time.
    #[arg(long, env = "MAX_RENDERS", default_value_t = LoadConfig::default().max_renders, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub max_renders: u32,

    /// Pages of one client that Next.js renders at the same time; others wait for their turn.
    #[arg(long, env = "MAX_RENDERS_PER_CLIENT", default_value_t = LoadConfig::default().max_renders_per_client, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub max_renders_per_client: u32,

    /// Pages of one client that wait until Next.js renders them.
    #[arg(long, env = "MAX_WAITING_RENDERS_PER_CLIENT", default_value_t = LoadConfig::default().max_waiting_renders_per_client, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_waiting_renders_per_client: u32,
}

impl Default for LoadConfig {
    /// What fits a container of 512 MiB: 2,048 connections with buffers of 32 KiB, and 64 MiB of bodies.
    fn default() -> Self {
        Self {
            max_connections: 2048,
            max_requests_per_client: 1024,
            max_body_memory: 64 << 20,
            max_renders: 16,
            max_renders_per_client: 8,
            max_waiting_renders_per_client: 128,
        }
    }
}
