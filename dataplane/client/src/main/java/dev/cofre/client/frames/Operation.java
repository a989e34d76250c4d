package dev.cofre.client.frames;

import dev.cofre.contract.frames.FrameType;
import java.util.Locale;

/** What a client asks a data plane node for. */
public enum Operation {
  /** A plaintext to an envelope. */
  ENCRYPT(FrameType.ENCRYPT),
  /** An envelope to its plaintext. */
  DECRYPT(FrameType.DECRYPT),
  /** An envelope to one under the current version of a key. */
  REENCRYPT(FrameType.REENCRYPT),
  /** A new data key for this caller. */
  GENERATE_DATA_KEY(FrameType.GENERATE_DATA_KEY),
  /** A data key from its wrap. */
  UNWRAP_DATA_KEY(FrameType.UNWRAP_DATA_KEY);

  private final int type;
  private final String text;

  Operation(int type) {
    this.type = type;
    this.text = name().toLowerCase(Locale.ROOT);
  }

  int type() {
    return type;
  }

  /** The name in lower case, for metrics. */
  public String text() {
    return text;
  }
}
