package dev.cofre.dataplane.server.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The answers of one HTTP/1.1 connection, one after the other, read strictly. Not thread-safe. */
final class WireAnswers {
  private final InputStream in;

  WireAnswers(InputStream in) {
    this.in = new BufferedInputStream(new EndsWithReset(in));
  }

  /** A node that ends a connection on which bytes are unread resets it: that is its end as well. */
  private static final class EndsWithReset extends FilterInputStream {
    EndsWithReset(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (SocketException e) {
        return -1;
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return super.read(bytes, offset, length);
      } catch (SocketException e) {
        return -1;
      }
    }
  }

  /**
   * An answer.
   *
   * @param whole whether its end came: a chunked one can be cut
   */
  record Answer(int status, Map<String, String> headers, byte[] body, boolean whole) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /** The next answer; null when the connection was ended instead. */
  Answer next() throws IOException {
    String line = line();
    if (line == null) {
      return null;
    }
    if (!line.matches("HTTP/1\\.1 \\d{3} .*")) {
      throw new IOException("no answer begins with: " + line);
    }
    int status = Integer.parseInt(line.substring(9, 12));
    Map<String, String> headers = new HashMap<>();
    for (line = line(); line != null && !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      return chunked(status, headers);
    }
    int length = Integer.parseInt(headers.get("content-length"));
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("within a body of " + length + " bytes");
    }
    return new Answer(status, headers, body, true);
  }

  private Answer chunked(int status, Map<String, String> headers) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    String size = line();
    while (size != null && !size.equals("0")) {
      int length = Integer.parseInt(size, 16);
      body.write(in.readNBytes(length));
      String end = line();
      if (end != null && !end.isEmpty()) {
        throw new IOException("a chunk ends with: " + end);
      }
      size = end == null ? null : line();
    }
    boolean whole = size != null && "".equals(line());
    return new Answer(status, headers, body.toByteArray(), whole);
  }

  /** Without its CRLF; null at the connection's end. */
  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    while (next >= 0 && next != '\n') {
      line.write(next);
      next = in.read();
    }
    return next < 0 ? null : line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }
}
