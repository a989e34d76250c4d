package dev.cofre.loadtest.http;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * A request that is sent as it stands, again and again, and what its answer must be. Immutable.
 *
 * @param bytes head and body
 * @param answer what is right
 */
public record HttpCall(ByteBuffer bytes, Answer answer) {
  /**
   * What an answer must be.
   *
   * @param body the whole body; null when only its length is known
   * @param length of its body; -1 for any
   * @param code of the error that is the right answer; null when none is
   * @param without what must not stand in its body; null for nothing
   * @param hasBody false after a HEAD
   */
  record Answer(byte[] body, long length, String code, byte[] without, boolean hasBody) {
    static final Answer ANY = new Answer(null, -1, null, null, true);
  }

  /** A POST of {@code body} to {@code url}, whose answer may be anything that is not an error. */
  public static HttpCall post(URI url, Map<String, String> headers, byte[] body) {
    return of("POST", url, headers, body);
  }

  /** A request whose answer may be anything that is not an error. */
  public static HttpCall of(String method, URI url, Map<String, String> headers, byte[] body) {
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    StringBuilder head = new StringBuilder(256);
    head.append(method).append(' ').append(path).append(query).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(url.getRawAuthority()).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (body.length > 0 || method.matches("POST|PUT|PATCH")) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    head.append("\r\n");
    byte[] headBytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer bytes = ByteBuffer.allocateDirect(headBytes.length + body.length);
    bytes.put(headBytes).put(body).flip();
    boolean isHead = method.toUpperCase(Locale.ROOT).equals("HEAD");
    return new HttpCall(bytes, new Answer(null, -1, null, null, !isHead));
  }

  /** The same; its answer's body must be {@code body}. */
  public HttpCall expecting(byte[] body) {
    return new HttpCall(bytes, new Answer(body, body.length, null, null, true));
  }

  /** The same; its answer's body must have {@code length} bytes. */
  public HttpCall expectingLength(long length) {
    return new HttpCall(bytes, new Answer(null, length, null, null, true));
  }

  /** The same; {@code text} must not stand in its answer's body. */
  public HttpCall expectingNo(String text) {
    byte[] without = text.getBytes(StandardCharsets.US_ASCII);
    return new HttpCall(bytes, new Answer(null, -1, null, without, true));
  }

  /** The same; the right answer is the error {@code code}. */
  public HttpCall expectingError(String code) {
    return new HttpCall(bytes, new Answer(null, -1, code, null, true));
  }

  /** Whether {@code part}, which stands at {@code offset} of an answer's body, may stand there. */
  boolean accepts(long offset, ByteBuffer part) {
    byte[] body = answer.body();
    if (body == null) {
      return true;
    }
    if (offset + part.remaining() > body.length) {
      return false;
    }
    return part.mismatch(ByteBuffer.wrap(body, (int) offset, part.remaining())) < 0;
  }

  /** Whether a body of {@code length} bytes is whole. */
  boolean acceptsLength(long length) {
    return answer.length() < 0 || answer.length() == length;
  }
}
