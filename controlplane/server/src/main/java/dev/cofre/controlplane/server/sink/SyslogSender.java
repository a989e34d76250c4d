package dev.cofre.controlplane.server.sink;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Sends syslog messages (RFC 5424) over TLS, each behind its length (RFC 5425).
 *
 * <p>The protocol knows no acknowledgement: what was written may be lost with the connection. So
 * each batch has a connection of its own, which is closed behind it, and counts as sent when the
 * receiver, which has to answer the end of TLS (RFC 5425 §4.4), has done so: then it has read all.
 * One thread, but for {@link #abort()}.
 */
public final class SyslogSender implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SyslogSender.class.getName());

  /** Facility 13: log audit. */
  private static final int FACILITY = 13 << 3;

  private static final int BUFFER_BYTES = 16 << 10;
  private static final int NODE_MAX = 255;
  private static final int MESSAGE_ID_MAX = 32;
  private static final int ANSWER_BYTES_MAX = 4_096;

  /** RFC 5424 knows no more than microseconds. */
  private static final int TIME_CHARS_MAX = "2026-01-31T12:00:00.123456".length();

  private final SyslogSettings settings;
  private final int timeoutMs;
  private volatile Socket socket;

  /**
   * Connected to nothing yet.
   *
   * @param timeoutMs how long a connection, and each wait for the receiver, may take
   */
  public SyslogSender(SyslogSettings settings, int timeoutMs) {
    this.settings = settings;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Sends {@code messages}, each behind its length.
   *
   * @throws IOException when it is not sure that the receiver has all
   */
  public void send(List<byte[]> messages) throws IOException {
    // The plain socket is kept: to close one of TLS may wait for a write that hangs.
    try (EndingSocket plain = new EndingSocket()) {
      socket = plain;
      plain.connect(new InetSocketAddress(settings.host(), settings.port()), timeoutMs);
      plain.setSoTimeout(timeoutMs);
      plain.setTcpNoDelay(true);
      SSLSocket tls =
          (SSLSocket)
              settings
                  .tls()
                  .context()
                  .getSocketFactory()
                  .createSocket(plain, settings.host(), settings.port(), true);
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      OutputStream out = new BufferedOutputStream(tls.getOutputStream(), BUFFER_BYTES);
      for (byte[] message : messages) {
        out.write(message);
      }
      out.flush();
      tls.shutdownOutput();
      if (settings.confirm()) {
        awaitEnd(tls.getInputStream());
        if (plain.hasEnded()) {
          throw new IOException("the receiver is gone without the end of TLS");
        }
      }
    } finally {
      socket = null;
    }
  }

  private static void awaitEnd(InputStream in) throws IOException {
    for (int i = 0; i < ANSWER_BYTES_MAX; i++) {
      if (in.read() < 0) {
        return;
      }
    }
    throw new IOException("the receiver answers, which syslog does not know");
  }

  /**
   * {@code LENGTH SP MESSAGE}.
   *
   * @param severity of syslog (RFC 5424 §6.2.1)
   * @param node the header's host name
   * @param messageId what it is about
   * @param time as in RFC 3339
   * @param text printable US-ASCII
   */
  public static byte[] frame(
      int severity, String node, String messageId, String time, String text) {
    String message =
        "<"
            + (FACILITY + severity)
            + ">1 "
            + time(time)
            + " "
            + word(node, NODE_MAX)
            + " cofre - "
            + word(messageId, MESSAGE_ID_MAX)
            + " - "
            + text;
    return (message.length() + " " + message).getBytes(StandardCharsets.US_ASCII);
  }

  private static String time(String time) {
    return time.length() <= TIME_CHARS_MAX + 1 ? time : time.substring(0, TIME_CHARS_MAX) + "Z";
  }

  /** Printable US-ASCII without spaces, as headers have to be. */
  private static String word(String text, int most) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < Math.min(most, text.length()); i++) {
      char c = text.charAt(i);
      word.append(c > ' ' && c < 0x7f ? c : '_');
    }
    return word.isEmpty() ? "-" : word.toString();
  }

  /** Has a call of {@link #send} fail soon. Any thread; never blocks. */
  public void abort() {
    Socket now = socket;
    if (now != null) {
      try {
        now.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "a connection did not close cleanly", e);
      }
    }
  }

  @Override
  public void close() {
    abort();
  }
}
