package dev.cofre.dataplane.server.frames;

import dev.cofre.contract.frames.FrameType;

/** What frames ask for, as policies and the audit log name it. */
final class FrameActions {
  /** Of a connection's first frame. */
  static final String HELLO = "hello";

  private FrameActions() {}

  /** The action of a frame of {@code type}. */
  static String of(int type) {
    return switch (type) {
      case FrameType.ENCRYPT, FrameType.ENCRYPT_BATCH -> "encrypt";
      case FrameType.DECRYPT, FrameType.DECRYPT_BATCH -> "decrypt";
      case FrameType.REENCRYPT, FrameType.REENCRYPT_BATCH -> "reencrypt";
      case FrameType.GENERATE_DATA_KEY -> "data-key:generate";
      case FrameType.UNWRAP_DATA_KEY -> "data-key:unwrap";
      case FrameType.STREAM_OPEN, FrameType.STREAM_DATA, FrameType.STREAM_CREDIT -> "stream";
      case FrameType.HELLO -> HELLO;
      default -> "unknown";
    };
  }
}
