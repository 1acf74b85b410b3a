// A mail server on loopback for the store under test: it takes every mail, and tells over HTTP what it has taken.
import { createServer } from 'node:http';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

const [smtpPort, httpPort] = process.argv.slice(2).map(Number);

/** The newest last. Bounded, so that a long run does not grow. */
const mails = [];
const KEPT = 1000;

const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  size: 1 << 20,
  logger: false,
  onData(stream, session, done) {
    simpleParser(stream).then(({ subject, text, html }) => {
      const to = session.envelope.rcptTo.map(({ address }) => address.toLowerCase());
      mails.push({ to, subject, text, html });
      mails.splice(0, mails.length - KEPT);
      done();
    }, done);
  },
});

const http = createServer((request, response) => {
  const to = new URL(request.url, 'http://localhost').searchParams.get('to')?.toLowerCase();
  const found = mails.filter((mail) => !to || mail.to.includes(to));
  response.setHeader('content-type', 'application/json').end(JSON.stringify(found));
});

smtp.listen(smtpPort, '127.0.0.1');
http.listen(httpPort, '127.0.0.1');
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit());
