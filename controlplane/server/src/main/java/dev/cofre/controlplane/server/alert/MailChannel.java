package dev.cofre.controlplane.server.alert;

import dev.cofre.controlplane.server.sink.SinkSecret;
import dev.cofre.documents.alert.Alert;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.MailResult;
import io.vertx.ext.mail.StartTLSOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends alerts by e-mail, over a connection each. Password and CA are read for each, so they may be
 * replaced. One thread, but for {@link #abort()}.
 */
final class MailChannel implements AlertChannel {
  private static final int TITLE_MAX = 150;

  private final MailSettings settings;
  private final int timeoutMs;
  private Vertx vertx;
  private volatile CompletableFuture<MailResult> sending;

  MailChannel(MailSettings settings, int timeoutMs) {
    this.settings = settings;
    this.timeoutMs = timeoutMs;
  }

  @Override
  public String send(Alert alert) throws IOException {
    if (vertx == null) {
      vertx =
          Vertx.vertx(
              new VertxOptions()
                  .setEventLoopPoolSize(1)
                  .setWorkerPoolSize(1)
                  .setInternalBlockingPoolSize(1));
    }
    MailClient client = MailClient.create(vertx, config());
    try {
      sending = client.sendMail(message(alert)).toCompletionStage().toCompletableFuture();
      MailResult result = sending.get(timeoutMs, TimeUnit.MILLISECONDS);
      return "taken for " + result.getRecipients().size() + " receivers";
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + timeoutMs + " ms", e);
    } catch (ExecutionException e) {
      throw new IOException(reason(e.getCause()), e);
    } catch (java.util.concurrent.CancellationException e) {
      throw new IOException("given up", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      client.close();
    }
  }

  /** What the server answered, in one line. */
  private static String reason(Throwable failure) {
    String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    return text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
  }

  private MailConfig config() throws IOException {
    MailConfig config =
        new MailConfig()
            .setHostname(settings.host())
            .setPort(settings.port())
            .setSsl(settings.tls() == MailSettings.Tls.TLS)
            .setStarttls(
                settings.tls() == MailSettings.Tls.STARTTLS
                    ? StartTLSOptions.REQUIRED
                    : StartTLSOptions.DISABLED)
            .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
            .setHostnameVerificationAlgorithm("HTTPS")
            .setConnectTimeout(timeoutMs)
            .setKeepAlive(false)
            .setMaxPoolSize(1)
            .setOwnHostname("cofre")
            .setUserAgent("cofre");
    settings
        .ca()
        .ifPresent(file -> config.setTrustOptions(new PemTrustOptions().addCertPath(file + "")));
    if (settings.user().isEmpty()) {
      return config.setLogin(LoginOption.DISABLED);
    }
    byte[] password = SinkSecret.read(settings.passwordFile().orElseThrow());
    try {
      return config
          .setLogin(LoginOption.REQUIRED)
          .setUsername(settings.user().get())
          .setPassword(new String(password, StandardCharsets.UTF_8));
    } finally {
      Arrays.fill(password, (byte) 0);
    }
  }

  private MailMessage message(Alert alert) {
    String title = alert.title();
    MailMessage message =
        new MailMessage()
            .setFrom(settings.from())
            .setTo(settings.to())
            .setSubject(
                "[cofre "
                    + alert.severity().text()
                    + "] "
                    + title.substring(0, Math.min(TITLE_MAX, title.length())))
            .setText(AlertText.of(alert));
    message.addHeader("X-Cofre-Alert", alert.id());
    message.addHeader("Auto-Submitted", "auto-generated");
    return message;
  }

  @Override
  public void abort() {
    CompletableFuture<MailResult> now = sending;
    if (now != null) {
      now.cancel(true);
    }
  }

  @Override
  public void close() {
    abort();
    if (vertx != null) {
      vertx.close();
      vertx = null;
    }
  }
}
