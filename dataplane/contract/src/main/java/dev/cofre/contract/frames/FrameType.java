package dev.cofre.contract.frames;

/** The types of frames: requests below 128, their answers with {@link #ANSWER} added. */
public final class FrameType {
  /** The first frame of a connection, in both directions; later ones change the token. */
  public static final int HELLO = 1;

  /** Answered with its own body. */
  public static final int PING = 2;

  /** Ends the request or stream with this correlation id; has no answer of its own. */
  public static final int CANCEL = 3;

  /** The sender takes no new requests; of servers alone, without a request. */
  public static final int GOAWAY = 4;

  /** A plaintext to its envelope. */
  public static final int ENCRYPT = 16;

  /** An envelope to its plaintext. */
  public static final int DECRYPT = 17;

  /** An envelope to one under the current version, of another key if named. */
  public static final int REENCRYPT = 18;

  /** A new data key. */
  public static final int GENERATE_DATA_KEY = 19;

  /** A data key from its wrap. */
  public static final int UNWRAP_DATA_KEY = 20;

  /** Many plaintexts under one key and context. */
  public static final int ENCRYPT_BATCH = 24;

  /** Many envelopes under one context. */
  public static final int DECRYPT_BATCH = 25;

  /** Many envelopes under one context, to the current version or another key. */
  public static final int REENCRYPT_BATCH = 26;

  /** Begins a stream. */
  public static final int STREAM_OPEN = 32;

  /** Bytes of a stream, either way. */
  public static final int STREAM_DATA = 33;

  /** How many more bytes of a stream the sender takes, either way. */
  public static final int STREAM_CREDIT = 34;

  /** Added to the type of a request in its answer. */
  public static final int ANSWER = 0x80;

  private FrameType() {}

  /** Whether frames of {@code type} carry items. */
  public static boolean isBatch(int type) {
    return type >= ENCRYPT_BATCH && type <= REENCRYPT_BATCH;
  }

  /** Whether {@code type} is a use of a key that is answered once. */
  public static boolean isUse(int type) {
    return (type >= ENCRYPT && type <= UNWRAP_DATA_KEY) || isBatch(type);
  }

  /** Whether the body of {@code type} begins with the name of a key. */
  static boolean namesKey(int type) {
    return type == ENCRYPT
        || type == REENCRYPT
        || type == GENERATE_DATA_KEY
        || type == ENCRYPT_BATCH
        || type == REENCRYPT_BATCH;
  }
}
