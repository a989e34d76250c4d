package dev.cofre.loadtest.workload;

import dev.cofre.loadtest.document.Section;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * One of the kinds of requests that are mixed.
 *
 * @param share its weight beside the others'
 * @param batch items of a request
 * @param http what is sent to a server of any kind; null to Cofre
 */
public record Operation(Kind kind, double share, Sizes sizes, int batch, Http http) {
  private static final int BODY_BYTES_MAX = 16 << 20;
  private static final int FRAME_BYTES_MAX = 128 * 1_024;
  private static final long OVERHEAD_BYTES = 192;

  /** What is asked of Cofre. */
  public enum Kind {
    /** A plaintext to its envelope. */
    ENCRYPT,
    /** An envelope to its plaintext. */
    DECRYPT,
    /** A new data key: a call to the HSM each time. */
    DATA_KEY,
    /** A data key from its wrap. */
    UNWRAP,
    /** Not an envelope: {@code invalid_ciphertext} is the right answer. */
    BAD,
    /** A request as it stands in the file. */
    HTTP
  }

  /** A request as it stands in the file. */
  public record Http(String method, String path, Map<String, String> headers, byte[] body) {}

  static Operation read(Section section, String protocol) {
    double share = section.number("share", 1, 0, 1e9);
    if (protocol.equals("http")) {
      return new Operation(Kind.HTTP, share, new Sizes.Fixed(0), 1, http(section));
    }
    String kind = section.choice("do", null, "encrypt", "decrypt", "data-key", "unwrap", "bad");
    long batch = section.whole("batch", 1, 1, 1_000);
    boolean many = kind.equals("encrypt") || kind.equals("decrypt");
    if (batch > 1 && (protocol.equals("raw") || !many)) {
      section.wrong("batch", "must be 1 but for encrypt and decrypt as json, frames or grpc");
    }
    Kind read = Kind.valueOf(kind.toUpperCase(Locale.ROOT).replace('-', '_'));
    Sizes sizes = Sizes.read(section);
    int bytesMax = protocol.equals("frames") ? FRAME_BYTES_MAX : BODY_BYTES_MAX;
    if (batch * (sizes.max() + OVERHEAD_BYTES) > bytesMax) {
      section.wrong(
          batch > 1 ? "batch" : section.has("size") ? "size" : "bytes",
          "a request holds at most "
              + bytesMax
              + " bytes with "
              + OVERHEAD_BYTES
              + " more an item");
    }
    return new Operation(read, share, sizes, (int) batch, null);
  }

  private static boolean isPath(String path) {
    try {
      return path.matches("/(?!/)[!-~]*") && URI.create(path).getRawFragment() == null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Http http(Section section) {
    String method = section.text("method", "GET");
    if (!method.matches("[A-Z]{3,10}")) {
      section.wrong(
          "method", "'" + method + "' is not allowed; must be a method such as GET, POST");
    }
    String path = section.text("path", "/");
    if (!isPath(path)) {
      section.wrong(
          "path", "must begin with one / and hold what a URL may, the rest percent-encoded");
    }
    Map<String, String> headers = section.pairs("headers");
    headers.forEach(
        (name, value) -> {
          if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")
              || !value.matches("[\\t -~\\x80-\\xff]*")) {
            section.wrong("headers", "'" + name + "' is no header that HTTP allows");
          }
          if (name.toLowerCase(Locale.ROOT).matches("content-length|transfer-encoding|host")) {
            section.wrong("headers", name + " is set by the generator");
          }
        });
    long bytes = section.whole("bodyBytes", 0, 0, BODY_BYTES_MAX);
    String text = section.text("body", "");
    if (bytes > 0 && !text.isEmpty()) {
      section.wrong("body", "give body or bodyBytes, not both");
    }
    byte[] body = bytes > 0 ? new byte[(int) bytes] : text.getBytes(StandardCharsets.UTF_8);
    return new Http(method, path, headers, body);
  }
}
