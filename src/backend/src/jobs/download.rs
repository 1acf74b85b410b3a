//! Fetches pictures from addresses that somebody wrote into a file: only over HTTP, only from the public Internet, and
//! never more than a picture's worth (OWASP: Server-Side Request Forgery Prevention Cheat Sheet).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};

const MAX_BYTES: usize = 20 << 20;
const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_REDIRECTS: usize = 3;

/// Which addresses may be connected to.
pub type Allowed = fn(IpAddr) -> bool;

/// Fetches pictures.
#[derive(Debug)]
pub struct Downloader {
    client: Client,
    allowed: Allowed,
}

/// Why nothing was fetched.
#[derive(Debug, PartialEq, Eq)]
pub enum DownloadError {
    /// Trying again may help.
    Passing(String),
    /// It will not.
    Final(String),
}

impl Downloader {
    /// Fetches from public addresses only.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn for_the_internet() -> anyhow::Result<Self> {
        Self::new(is_public)
    }

    /// Fetches from the addresses that `allowed` lets through.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn new(allowed: Allowed) -> anyhow::Result<Self> {
        // Another part of the process may have chosen a provider already; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let redirects = Policy::custom(move |attempt| {
            if attempt.previous().len() > MAX_REDIRECTS {
                attempt.error("too many redirects")
            } else if let Err(reason) = check(attempt.url(), allowed) {
                attempt.error(reason)
            } else {
                attempt.follow()
            }
        });
        let client = Client::builder()
            .user_agent(concat!("devopsify/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .connect_timeout(Duration::from_secs(5))
            .timeout(TIMEOUT)
            .redirect(redirects)
            .dns_resolver(Arc::new(Resolver(allowed)))
            .build()?;
        Ok(Self { client, allowed })
    }

    /// Fetches a picture, 20 MiB at most.
    ///
    /// # Errors
    /// With a reason for people, and whether trying again may help.
    pub async fn fetch(&self, address: &str) -> Result<Bytes, DownloadError> {
        let url = Url::parse(address)
            .map_err(|error| DownloadError::Final(format!("the picture's address is none: {error}")))?;
        check(&url, self.allowed).map_err(DownloadError::Final)?;
        let address = shown(&url);
        let response = self.client.get(url).send().await.map_err(failure)?;
        let status = response.status();
        if status.is_server_error() || [408, 425, 429].contains(&status.as_u16()) {
            return Err(DownloadError::Passing(format!("{address} answered {status}")));
        }
        if !status.is_success() {
            return Err(DownloadError::Final(format!("{address} answered {status}")));
        }
        // Growing would hold it twice. What is not sent is not written to, and so takes no memory.
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let mut bytes = BytesMut::with_capacity(announced.min(MAX_BYTES));
        let mut body = response.bytes_stream();
        while let Some(part) = body.next().await {
            let part = part.map_err(failure)?;
            if bytes.len() + part.len() > MAX_BYTES {
                return Err(DownloadError::Final(format!("{address} is larger than 20 MiB")));
            }
            bytes.extend_from_slice(&part);
        }
        Ok(bytes.freeze())
    }
}

/// An address as it is shown and logged: its query may be what lets its bearer read the file.
fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

fn failure(error: reqwest::Error) -> DownloadError {
    let error = error.without_url();
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        reason = format!("{reason}: {cause}");
        source = cause.source();
    }
    if error.is_redirect() || error.is_builder() {
        DownloadError::Final(reason)
    } else {
        DownloadError::Passing(reason)
    }
}

/// A literal address in a URL never reaches the resolver, so it is looked at here.
fn check(url: &Url, allowed: Allowed) -> Result<(), String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{} is neither http: nor https:", url.scheme()));
    }
    let literal = match url.host() {
        Some(url::Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(url::Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        Some(url::Host::Domain(_)) => None,
        None => return Err("the picture's address names no host".into()),
    };
    match literal {
        Some(ip) if !allowed(ip) => Err(format!("{} is not on the public Internet", shown(url))),
        _ => Ok(()),
    }
}

/// Resolves names to allowed addresses only, so that what was checked is what is connected to.
struct Resolver(Allowed);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| allowed(address.ip())).collect();
            if public.is_empty() {
                return Err(format!("{} has no address on the public Internet", name.as_str()).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is on the public Internet, by IANA's registries of special-purpose addresses.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public_v4(ip),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

/// Only global unicast, without the parts that embed or tunnel to other addresses.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global_unicast = a & 0xe000 == 0x2000;
    // Protocol assignments (Teredo among them), documentation, 6to4, documentation again.
    let special = matches!((a, b), (0x2001, ..0x0200 | 0x0db8) | (0x2002, _) | (0x3fff, ..0x1000));
    global_unicast && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "192.0.0.8",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "fe80::1",
            "fd00:ec2::254",
            "ff02::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside} was taken for public");
        }
        for outside in ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside} was taken for private");
        }
    }

    #[tokio::test]
    async fn private_addresses_are_refused_however_they_are_written() {
        let downloader = Downloader::for_the_internet().unwrap();
        for address in [
            "http://127.0.0.1/a.png",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "ftp://example.com/a.png",
            "//no-scheme",
            "http://",
        ] {
            assert!(matches!(downloader.fetch(address).await, Err(DownloadError::Final(_))), "{address} was fetched");
        }
        // A name is looked up, and finds nothing that may be connected to.
        let error = downloader.fetch("http://localhost/a.png").await.unwrap_err();
        assert!(format!("{error:?}").contains("no address on the public Internet"), "{error:?}");
    }
}
