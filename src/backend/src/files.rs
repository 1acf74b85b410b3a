//! Where files are kept that are no rows: a folder, or a bucket of S3.

use std::{
    env,
    fs::{DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use object_store::{
    ClientConfigKey, GetResult, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    local::LocalFileSystem,
    path::Path as ObjectPath,
};
use url::Url;

use crate::transport::{expect_https, says_yes};

/// A folder or a bucket; cheap to clone.
#[derive(Clone, Debug)]
pub struct FileStore(Arc<dyn ObjectStore>);

impl FileStore {
    /// Opens the store at a `file:` address, making the folder if it is missing, or at an `s3:` address of a bucket.
    ///
    /// # Errors
    /// When the address has another scheme, the folder cannot be made, or AWS's variables say too little; the message names
    /// the `variable` that gave the address.
    pub fn open(url: &Url, variable: &str) -> anyhow::Result<Self> {
        match url.scheme() {
            "file" => Self::folder(url, variable),
            "s3" => Self::bucket(url, variable, env::vars()),
            _ => bail!("{variable} must be file:///var/lib/devopsify/media or s3://bucket or the like, not {url}"),
        }
    }

    /// Opens a bucket of S3, or of what speaks its language, by AWS's own variables: `AWS_REGION`, `AWS_ENDPOINT` where it is
    /// not AWS's, and credentials, which a role brings (EKS Pod Identity, or the machine's).
    ///
    /// # Errors
    /// When the address is not that of a bucket, or the variables say too little.
    pub fn bucket(
        url: &Url,
        variable: &str,
        variables: impl Iterator<Item = (String, String)>,
    ) -> anyhow::Result<Self> {
        ensure!(matches!(url.path(), "" | "/"), "{variable} must be a whole bucket, such as s3://bucket, not {url}");
        let variables: Vec<_> = variables.collect();
        expect_encrypted(&variables)?;
        // Another part of the process may have chosen a provider of TLS already; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let known = variables.into_iter().filter_map(|(name, value)| {
            let key = name.starts_with("AWS_").then(|| name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>());
            Some((key?.ok()?, value))
        });
        let builder = known.fold(AmazonS3Builder::new(), |builder, (key, value)| builder.with_config(key, value));
        // A visitor waits for the file.
        let builder = [(ClientConfigKey::ConnectTimeout, "2 seconds"), (ClientConfigKey::Timeout, "10 seconds")]
            .into_iter()
            .fold(builder, |builder, (key, time)| builder.with_config(AmazonS3ConfigKey::Client(key), time));
        let retries = RetryConfig { max_retries: 2, retry_timeout: Duration::from_secs(5), ..RetryConfig::default() };
        let store = builder.with_url(url.as_str()).with_retry(retries).build();
        Ok(Self(Arc::new(store.with_context(|| format!("the bucket {url} cannot be used: is AWS_REGION set?"))?)))
    }

    fn folder(url: &Url, variable: &str) -> anyhow::Result<Self> {
        let folder = url
            .to_file_path()
            .map_err(|()| anyhow::anyhow!("{variable} must name a folder of this machine, not {url}"))?;
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("the folder {} ({variable}) cannot be made", folder.display()))?;
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(folder)?)))
    }

    /// Writes a file unless it is there already; its path names its content.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn put(&self, path: &str, content: impl Into<PutPayload>) -> object_store::Result<()> {
        let path = ObjectPath::parse(path)?;
        match self.0.head(&path).await {
            Ok(_) => Ok(()),
            Err(object_store::Error::NotFound { .. }) => self.0.put(&path, content.into()).await.map(drop),
            Err(error) => Err(error),
        }
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub async fn read(&self, path: &str) -> object_store::Result<bytes::Bytes> {
        self.0.get(&ObjectPath::parse(path)?).await?.bytes().await
    }

    /// Opens a file whose path was checked, with its size and its content as a stream.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub async fn get(&self, path: &ObjectPath) -> object_store::Result<GetResult> {
        self.0.get(path).await
    }
}

/// Requests to a bucket carry a role's session token, and pictures before they are published.
fn expect_encrypted(variables: &[(String, String)]) -> anyhow::Result<()> {
    let value = |name: &str| variables.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let allow = ("AWS_ALLOW_HTTP", says_yes(value("AWS_ALLOW_HTTP").map(String::as_str)));
    for variable in ["AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"] {
        if let Some(url) = value(variable).and_then(|url| Url::parse(url).ok()) {
            expect_https(variable, &url, allow)?;
        }
    }
    Ok(())
}
/// Makes a folder that its owner alone can look into, unless it is there.
///
/// # Errors
/// When it cannot be made.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Opens a file that its owner alone can read, making it if it is missing.
///
/// # Errors
/// When it cannot be opened.
pub fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)
}
