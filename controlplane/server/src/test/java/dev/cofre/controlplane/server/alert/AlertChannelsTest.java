package dev.cofre.controlplane.server.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.server.Await;
import dev.cofre.controlplane.server.TestCertificates;
import dev.cofre.engine.config.ConfigException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;

/** Alerts to a real mail server over STARTTLS, and to a real receiver of syslog over TLS. */
class AlertChannelsTest {
  private static final String PASSWORD = "correct-horse";
  private static final Pattern MESSAGE =
      Pattern.compile("<(\\d{1,3})>1 (\\S+) (\\S+) cofre - (\\S+) - (\\{.*})");

  @TempDir Path directory;
  private AlertFixture fixture;
  private SMTPServer mail;
  private ServerSocket syslog;
  private SSLContext tls;
  private final List<String> mails = new CopyOnWriteArrayList<>();
  private final List<String> messages = new CopyOnWriteArrayList<>();

  @BeforeEach
  void open() throws Exception {
    fixture = new AlertFixture(directory);
    TestCertificates certificates = new TestCertificates();
    certificates.writeAuthority(fixture.conf().resolve("ca.pem"));
    tls = certificates.client(certificates.identity("receiver", "localhost"));
    mail =
        new SMTPServer.Builder()
            .bindAddress(InetAddress.getLoopbackAddress())
            .port(0)
            .requireTLS()
            .requireAuth()
            .startTlsSocketFactory(tls)
            .authenticationHandlerFactory(
                new EasyAuthenticationHandlerFactory(
                    (user, password, context) -> {
                      if (!user.equals("cofre") || !password.equals(PASSWORD)) {
                        throw new LoginFailedException();
                      }
                    }))
            .messageHandler(
                (context, from, to, data) -> {
                  mails.add(new String(data, StandardCharsets.UTF_8));
                })
            .build();
    mail.start();
    syslog = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
    fixture.secret("password", PASSWORD + "\n");
    mailChannel("ca.pem");
    fixture.configure(
        "siem.conf",
        "kind = syslog",
        "host = localhost",
        "port = " + syslog.getLocalPort(),
        "ca = ca.pem",
        "timeoutMs = 3000");
  }

  private void mailChannel(String ca) throws IOException {
    fixture.configure(
        "mail.conf",
        "kind = smtp",
        "host = localhost",
        "port = " + mail.getPortAllocated(),
        "ca = " + ca,
        "from = cofre@example.com",
        "to = soc@example.com, oncall@example.com",
        "user = cofre",
        "passwordFile = password",
        "timeoutMs = 5000");
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
    mail.stop();
    syslog.close();
  }

  private void accept() {
    while (!syslog.isClosed()) {
      try {
        Socket plain = syslog.accept();
        Thread.ofPlatform().daemon().start(() -> serve(plain));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket plain) {
    try (plain;
        SSLSocket socket =
            (SSLSocket) tls.getSocketFactory().createSocket(plain, null, plain.getPort(), false)) {
      socket.setUseClientMode(false);
      InputStream in = socket.getInputStream();
      String all = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      messages.add(all.substring(all.indexOf(' ') + 1));
      assertEquals(
          all.length() - all.indexOf(' ') - 1,
          Integer.parseInt(all.substring(0, all.indexOf(' '))));
    } catch (IOException e) {
      messages.add("broken: " + e);
    }
  }

  @Test
  void failedDecryptionsCauseOneMailAndOneSyslogMessage() throws Exception {
    fixture.start();
    fixture.fail("mallory", 40);
    fixture.awaitDelivery("mail", "sent");
    JsonObject told = fixture.awaitDelivery("siem", "sent");
    fixture.fail("mallory", 40);
    fixture.awaitRead();

    assertEquals(1, mails.size());
    String mailText = mails.getFirst().replace("=\r\n", "").replace("=3D", "=");
    assertTrue(
        mailText.contains("Subject: [cofre critical] failed-decryptions: principal mallory\r\n"),
        mailText);
    assertTrue(mailText.contains("soc@example.com"), mailText);
    assertTrue(mailText.contains("oncall@example.com"), mailText);
    assertTrue(mailText.contains("X-Cofre-Alert: " + told.getString("id")), mailText);
    assertTrue(
        mailText.contains("./cofre audit investigate --principal mallory --from "), mailText);
    assertEquals("taken for 2 receivers", AlertFixture.delivery(told, "mail").getString("answer"));

    assertEquals(1, messages.size());
    Matcher parts = MESSAGE.matcher(messages.getFirst());
    assertTrue(parts.matches(), messages.getFirst());
    assertEquals(13 * 8 + 2, Integer.parseInt(parts.group(1)));
    assertEquals("cp-1", parts.group(3));
    assertEquals("alert:failed-decryptions", parts.group(4));
    assertEquals(told.getString("id"), new JsonObject(parts.group(5)).getString("id"));
  }

  @Test
  void aTestTellsAWrongPasswordWithoutShowingIt() throws Exception {
    fixture.secret("password", "wrong-secret");
    fixture.start();
    Alerts.Tested tested = fixture.alerts.test(List.of("mail"), "admin").getFirst();
    assertFalse(tested.isSent());
    assertTrue(tested.answer().contains("535"), tested::answer);
    assertFalse(tested.answer().contains("wrong-secret"), tested::answer);
    fixture.secret("password", PASSWORD);
    Alerts.Tested again = fixture.alerts.test(List.of("mail"), "admin").getFirst();
    assertTrue(again.isSent(), again::answer);
    assertTrue(mails.getFirst().contains("TEST alert-test"), mails.getFirst());
  }

  @Test
  void anotherCertificateAuthorityIsNotTrusted() throws Exception {
    new TestCertificates().writeAuthority(fixture.conf().resolve("other.pem"));
    mailChannel("other.pem");
    fixture.start();
    Alerts.Tested tested = fixture.alerts.test(List.of("mail"), "admin").getFirst();
    assertFalse(tested.isSent());
    fixture.fail("mallory", 10);
    fixture.awaitDelivery("siem", "sent");
    Await.until("the mail fails", () -> fixture.metric("failures_total", "mail") > 0);
    assertEquals(List.of(), mails);
  }

  @Test
  void withoutTlsOnlyALoopbackAddressIsTaken() throws Exception {
    fixture.configure(
        "mail.conf",
        "kind = smtp",
        "host = mail.example.com",
        "tls = none",
        "from = a@b",
        "to = a@b");
    ConfigException refused =
        assertThrows(ConfigException.class, () -> AlertSettings.read(fixture.conf()));
    assertTrue(refused.getMessage().contains("line 3: tls"), refused::getMessage);
  }
}
