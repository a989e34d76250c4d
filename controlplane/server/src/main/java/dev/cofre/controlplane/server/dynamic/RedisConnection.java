package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.controlplane.server.sink.TlsFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * One connection to a Redis, by its protocol RESP2. Not thread-safe.
 *
 * <p>A call waits {@value #CALL_MS} ms at most, whatever the other side does. When one fails
 * without an answer the connection is cut off, with what was not sent yet: so nothing that was
 * asked here is done later than what is asked by a connection after it.
 */
final class RedisConnection implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RedisConnection.class.getName());
  private static final int CONNECT_MS = 3_000;
  private static final int CALL_MS = 12_000;
  private static final int REQUEST_BYTES_MAX = 1 << 20;

  private final Socket plain;
  private Socket socket;
  private RedisReader replies = new RedisReader(new ByteArrayInputStream(new byte[0]));

  private RedisConnection(Socket plain) {
    this.plain = plain;
    this.socket = plain;
  }

  /** Something that is answered, or not. */
  @FunctionalInterface
  private interface Exchange {
    Object run() throws IOException, RedisException;
  }

  /**
   * Connects to where {@code target} is; by TLS, when that is asked for, to a server that proves to
   * have its name.
   *
   * @throws IOException when it does not answer, or proves nothing
   */
  static RedisConnection open(Target target) throws IOException {
    Socket plain = new Socket();
    RedisConnection connection = new RedisConnection(plain);
    try {
      plain.connect(new InetSocketAddress(target.host(), target.port()), CONNECT_MS);
      plain.setTcpNoDelay(true);
      connection.within(() -> connection.begin(target));
      return connection;
    } catch (RedisException e) {
      throw new IOException(e);
    } catch (IOException e) {
      connection.cut();
      throw e;
    }
  }

  private Object begin(Target target) throws IOException {
    if (target.tls()) {
      SSLSocket tls =
          (SSLSocket)
              new TlsFiles(target.ca(), Optional.empty(), Optional.empty())
                  .context()
                  .getSocketFactory()
                  .createSocket(plain, target.host(), target.port(), true);
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      socket = tls;
    }
    replies = new RedisReader(socket.getInputStream());
    return null;
  }

  /**
   * What {@code words} are answered by, see {@link RedisReader#next}.
   *
   * @throws RedisException when it is an error
   * @throws IOException when there is no answer; then the connection has ended
   */
  Object call(String... words) throws IOException, RedisException {
    byte[][] parts = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      parts[i] = words[i].getBytes(UTF_8);
    }
    return call(parts);
  }

  /** Logs in; {@code password} stays the caller's to overwrite, and nothing else of it is left. */
  void login(String user, char[] password) throws IOException, RedisException {
    byte[] bytes = encoded(password);
    try {
      call(new byte[][] {"AUTH".getBytes(US_ASCII), user.getBytes(UTF_8), bytes});
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** {@code password} as the server has it, the caller's to overwrite. */
  static byte[] encoded(char[] password) {
    CharsetEncoder encoder = UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPLACE);
    ByteBuffer room = ByteBuffer.allocate((int) (password.length * encoder.maxBytesPerChar()));
    CoderResult result = encoder.encode(CharBuffer.wrap(password), room, true);
    byte[] bytes = Arrays.copyOf(room.array(), room.position());
    Arrays.fill(room.array(), (byte) 0);
    if (result.isError()) {
      throw new AssertionError("what is malformed is replaced");
    }
    return bytes;
  }

  private Object call(byte[][] parts) throws IOException, RedisException {
    byte[] request = request(parts);
    try {
      return within(
          () -> {
            socket.getOutputStream().write(request);
            return replies.next();
          });
    } finally {
      Arrays.fill(request, (byte) 0);
    }
  }

  private static byte[] request(byte[][] parts) throws IOException {
    long length = 0;
    byte[][] heads = new byte[parts.length + 1][];
    heads[0] = ("*" + parts.length + "\r\n").getBytes(US_ASCII);
    for (int i = 0; i < parts.length; i++) {
      heads[i + 1] = ("$" + parts[i].length + "\r\n").getBytes(US_ASCII);
      length += heads[i].length + parts[i].length + 2;
    }
    length += heads[parts.length].length;
    if (length > REQUEST_BYTES_MAX) {
      throw new IOException("a request is longer than " + REQUEST_BYTES_MAX + " bytes");
    }
    ByteBuffer request = ByteBuffer.allocate((int) length);
    request.put(heads[0]);
    for (int i = 0; i < parts.length; i++) {
      request.put(heads[i + 1]).put(parts[i]).put((byte) '\r').put((byte) '\n');
    }
    return request.array();
  }

  /** Neither writing nor reading has an end of its own that holds against who trickles. */
  private Object within(Exchange exchange) throws IOException, RedisException {
    CountDownLatch ended = new CountDownLatch(1);
    Thread.startVirtualThread(() -> cutUnless(ended));
    try {
      return exchange.run();
    } catch (IOException e) {
      cut();
      throw e;
    } finally {
      ended.countDown();
    }
  }

  private void cutUnless(CountDownLatch ended) {
    try {
      if (!ended.await(CALL_MS, TimeUnit.MILLISECONDS)) {
        cut();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the connection at once, and drops what was not sent. */
  void cut() {
    try {
      plain.setSoLinger(true, 0);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a connection to a target has ended already", e);
    }
    close(plain);
  }

  /** Waits like a call: TLS says its end to the other side, which may take nothing more. */
  @Override
  public void close() {
    try {
      within(
          () -> {
            socket.close();
            return null;
          });
    } catch (IOException | RedisException e) {
      LOG.log(Level.DEBUG, "a connection to a target did not close in order", e);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a connection to a target did not close in order", e);
    }
  }
}
