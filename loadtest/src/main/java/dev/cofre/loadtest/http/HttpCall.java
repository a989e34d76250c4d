package dev.cofre.loadtest.http;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A request that is sent as it stands, again and again, and what its answer must be. Immutable.
 *
 * @param bytes head and body
 * @param bodyExpected the whole body of a right answer; null when only its length is known
 * @param lengthExpected the length of a right answer's body; -1 for any
 */
public record HttpCall(ByteBuffer bytes, byte[] bodyExpected, long lengthExpected) {
  /** A POST of {@code body} to {@code url}, whose answer may be anything that is not an error. */
  public static HttpCall post(URI url, Map<String, String> headers, byte[] body) {
    StringBuilder head = new StringBuilder(256);
    head.append("POST ").append(url.getRawPath()).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(url.getRawAuthority()).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
    byte[] headBytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer bytes = ByteBuffer.allocateDirect(headBytes.length + body.length);
    bytes.put(headBytes).put(body).flip();
    return new HttpCall(bytes, null, -1);
  }

  /** The same; its answer's body must be {@code body}. */
  public HttpCall expecting(byte[] body) {
    return new HttpCall(bytes, body, body.length);
  }

  /** The same; its answer's body must have {@code length} bytes. */
  public HttpCall expectingLength(long length) {
    return new HttpCall(bytes, null, length);
  }

  /** Whether {@code part}, which stands at {@code offset} of an answer's body, may stand there. */
  boolean accepts(long offset, ByteBuffer part) {
    if (bodyExpected == null) {
      return true;
    }
    if (offset + part.remaining() > bodyExpected.length) {
      return false;
    }
    ByteBuffer expected = ByteBuffer.wrap(bodyExpected, (int) offset, part.remaining());
    return part.mismatch(expected) < 0;
  }

  /** Whether a body of {@code length} bytes is whole. */
  boolean acceptsLength(long length) {
    return lengthExpected < 0 || lengthExpected == length;
  }
}
