package dev.cofre.dataplane.server.grpc;

import com.google.protobuf.CodedOutputStream;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * How problems are told in gRPC: a status number, and a {@code google.rpc.Status} with {@code
 * ErrorInfo} (the stable code) and, when the same request may succeed later, {@code RetryInfo}.
 */
final class GrpcStatus {
  static final int OK = 0;

  private static final int INVALID_ARGUMENT = 3;
  private static final int DEADLINE_EXCEEDED = 4;
  private static final int NOT_FOUND = 5;
  private static final int ALREADY_EXISTS = 6;
  private static final int PERMISSION_DENIED = 7;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int FAILED_PRECONDITION = 9;
  private static final int ABORTED = 10;
  private static final int UNIMPLEMENTED = 12;
  private static final int INTERNAL = 13;
  private static final int UNAVAILABLE = 14;
  private static final int UNAUTHENTICATED = 16;

  private static final String TYPES = "type.googleapis.com/google.rpc.";
  private static final String DOMAIN = "cofre.dev";

  private GrpcStatus() {}

  /** The status number of {@code code}. */
  static int of(ErrorCode code) {
    return switch (code) {
      case INVALID_REQUEST,
          INVALID_CIPHERTEXT,
          INVALID_KEY_MATERIAL,
          URI_TOO_LONG,
          UNSUPPORTED_MEDIA_TYPE ->
          INVALID_ARGUMENT;
      case UNAUTHENTICATED -> UNAUTHENTICATED;
      case FORBIDDEN -> PERMISSION_DENIED;
      case KEY_NOT_FOUND, NOT_FOUND -> NOT_FOUND;
      case METHOD_NOT_ALLOWED -> UNIMPLEMENTED;
      case ALIAS_IN_USE -> ALREADY_EXISTS;
      case CONFLICT, REQUEST_IN_PROGRESS -> ABORTED;
      case PAYLOAD_TOO_LARGE, HEADERS_TOO_LARGE, QUOTA_EXCEEDED, TOO_MANY_ATTEMPTS ->
          RESOURCE_EXHAUSTED;
      case INTERNAL -> INTERNAL;
      case DEADLINE_EXCEEDED -> DEADLINE_EXCEEDED;
      default -> code.status() == 503 ? UNAVAILABLE : FAILED_PRECONDITION;
    };
  }

  /** The value of {@code grpc-message}: percent-encoded UTF-8. */
  static String message(String text) {
    StringBuilder encoded = new StringBuilder(text.length() + 16);
    for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
      if (octet >= ' ' && octet <= '~' && octet != '%') {
        encoded.append((char) octet);
      } else {
        encoded.append(String.format(Locale.ROOT, "%%%02X", octet & 0xFF));
      }
    }
    return encoded.toString();
  }

  /** The value of {@code grpc-status-details-bin}. */
  static String details(ProblemException problem, String requestId) {
    ErrorCode code = problem.code();
    byte[] entry = message(out -> string(out, 1, "requestId").string(2, requestId));
    byte[] info =
        message(
            out ->
                string(out, 1, code.code().toUpperCase(Locale.ROOT))
                    .string(2, DOMAIN)
                    .bytes(3, entry));
    byte[] status =
        message(
            out -> {
              new Fields(out)
                  .number(1, of(code))
                  .string(2, problem.detail())
                  .bytes(3, any("ErrorInfo", info));
              if (code.isRetryable()) {
                byte[] delay = message(inner -> new Fields(inner).number(1, retrySeconds(problem)));
                byte[] retry = message(inner -> new Fields(inner).bytes(1, delay));
                new Fields(out).bytes(3, any("RetryInfo", retry));
              }
            });
    return Base64.getEncoder().withoutPadding().encodeToString(status);
  }

  /** After how long to try again, as clients that retry by themselves read it; null: do not. */
  static String pushbackMs(ProblemException problem) {
    return problem.code().isRetryable() ? Long.toString(problem.retryAfterMs()) : null;
  }

  private static int retrySeconds(ProblemException problem) {
    return Math.toIntExact((problem.retryAfterMs() + 999) / 1_000);
  }

  private static byte[] any(String type, byte[] value) {
    return message(out -> string(out, 1, TYPES + type).bytes(2, value));
  }

  private static Fields string(CodedOutputStream out, int field, String value) throws IOException {
    return new Fields(out).string(field, value);
  }

  private interface Body {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      body.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Writes one field after another. */
  private record Fields(CodedOutputStream out) {
    Fields string(int field, String value) throws IOException {
      out.writeString(field, value);
      return this;
    }

    Fields bytes(int field, byte[] value) throws IOException {
      out.writeByteArray(field, value);
      return this;
    }

    Fields number(int field, long value) throws IOException {
      out.writeInt64(field, value);
      return this;
    }
  }
}
