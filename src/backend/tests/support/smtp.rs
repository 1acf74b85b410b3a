//! A mail server that takes, refuses or never answers.

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// What it does with a mail.
#[derive(Clone, Copy)]
pub enum Manner {
    Takes,
    /// What it says to the recipient's address.
    Refuses(&'static str),
    /// It takes the mail and never says so.
    FallsSilent,
}

/// A mail server on a port of its own.
pub struct MailServer {
    pub url: String,
    mails: UnboundedReceiver<String>,
}

impl MailServer {
    pub async fn open(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let (sender, mails) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, manner, sender.clone()));
            }
        });
        Self { url, mails }
    }

    /// The next mail, as it was sent.
    pub async fn mail(&mut self) -> String {
        tokio::time::timeout(std::time::Duration::from_secs(60), self.mails.recv())
            .await
            .expect("no mail came")
            .unwrap()
    }

    /// Whether no mail came that was not asked for.
    pub fn is_empty(&mut self) -> bool {
        self.mails.try_recv().is_err()
    }
}

async fn serve(client: TcpStream, manner: Manner, mails: UnboundedSender<String>) -> std::io::Result<()> {
    let (read, mut write) = client.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer = match (line.get(..4).unwrap_or_default(), manner) {
            ("EHLO", _) => "250 test",
            ("RCPT", Manner::Refuses(answer)) => answer,
            ("DATA", _) => {
                write.write_all(b"354 go on\r\n").await?;
                let mail = mail(&mut lines).await?;
                let _ = mails.send(mail);
                if matches!(manner, Manner::FallsSilent) {
                    std::future::pending::<()>().await;
                }
                "250 taken"
            }
            ("QUIT", _) => "221 bye",
            _ => "250 fine",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

async fn mail(lines: &mut Lines<BufReader<OwnedReadHalf>>) -> std::io::Result<String> {
    let mut mail = String::new();
    while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
        mail.push_str(line.strip_prefix('.').unwrap_or(&line));
        mail.push('\n');
    }
    Ok(mail)
}
