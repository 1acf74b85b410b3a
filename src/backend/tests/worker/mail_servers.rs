//! Addresses of mail servers: which are accepted, and what the refusal of the others says.

use devopsify::{config::MailConfig, mail::Mailer};

#[tokio::test]
async fn a_server_that_cannot_be_used_is_refused_at_start() {
    let refusal_if = |smtp_url: Option<&str>, smtp_allow_plaintext| {
        let smtp_url = smtp_url.map(ToOwned::to_owned);
        let config = MailConfig { smtp_url, smtp_allow_plaintext, mail_from: None, mail_folder: None };
        let mailer = Mailer::new(&config, &"https://shop.example".parse().unwrap());
        mailer.map(|_| String::new()).unwrap_or_else(|error| error.to_string())
    };
    let refusal = |smtp_url: Option<&str>| refusal_if(smtp_url, false);
    for fine in [
        "smtps://user:pass@mail.example",
        "smtp://user:p%40ss@mail.example:587?tls=required",
        "smtp://localhost:25",
        "smtp://127.0.0.1:1025",
        "smtp://[::1]:1025",
    ] {
        assert_eq!(refusal(Some(fine)), "", "{fine}");
    }
    for bare in ["smtp://relay.inside:25", "smtp://10.0.0.7", "smtp://mail.example:587?tls=opportunistic"] {
        let error = refusal(Some(bare));
        assert!(error.contains("SMTP_URL") && error.contains("SMTP_ALLOW_PLAINTEXT=true"), "{error}");
        assert_eq!(refusal_if(Some(bare), true), "", "{bare} is allowed");
    }
    assert!(refusal(None).contains("set SMTP_URL"));
    assert!(refusal(Some("")).contains("or MAIL_FOLDER"));
    assert!(refusal(Some("mail.example:587")).contains("is not an address of a mail server"));
    assert!(refusal(Some("https://mail.example")).contains("is not an address of a mail server"));
    for bare in ["smtp://user:secret@mail.example", "smtp://user:secret@mail.example?tls=opportunistic"] {
        let error = refusal(Some(bare));
        assert!(error.contains("unencrypted") && !error.contains("secret"), "{error}");
    }
}
