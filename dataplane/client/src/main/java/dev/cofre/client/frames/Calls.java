package dev.cofre.client.frames;

import dev.cofre.client.DataKey;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.frames.FrameFormat;
import java.util.Arrays;

/** The kinds of calls: what each sends, and how its answer is checked. */
final class Calls {
  static final byte[] NOTHING = new byte[0];

  private static final int TTL_LENGTH = Integer.BYTES;
  private static final int WRAPPED_LENGTH = EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH;

  private Calls() {}

  static Call<byte[]> encrypt(Dispatcher to, byte[] key, byte[] context, byte[] plaintext) {
    long length = EnvelopeFormat.envelopeLength(plaintext.length);
    return new Call<>(to, Operation.ENCRYPT, key, context, plaintext, 0) {
      @Override
      byte[] parse(byte[] in, int offset, int answered) {
        return answered == length && WrappedDataKey.isAt(in, offset)
            ? Arrays.copyOfRange(in, offset, offset + answered)
            : null;
      }

      @Override
      long answerLength() {
        return FrameFormat.HEADER_LENGTH + length;
      }
    };
  }

  static Call<byte[]> decrypt(Dispatcher to, byte[] context, byte[] envelope) {
    long length = EnvelopeFormat.plaintextLength(envelope.length);
    return new Call<>(to, Operation.DECRYPT, null, context, envelope, 0) {
      @Override
      byte[] parse(byte[] in, int offset, int answered) {
        return answered == length ? Arrays.copyOfRange(in, offset, offset + answered) : null;
      }

      @Override
      long answerLength() {
        return FrameFormat.HEADER_LENGTH + length;
      }
    };
  }

  static Call<byte[]> reencrypt(Dispatcher to, byte[] key, byte[] context, byte[] envelope) {
    return new Call<>(to, Operation.REENCRYPT, key, context, envelope, 0) {
      @Override
      byte[] parse(byte[] in, int offset, int answered) {
        return answered == body.length && WrappedDataKey.isAt(in, offset)
            ? Arrays.copyOfRange(in, offset, offset + answered)
            : null;
      }

      @Override
      long answerLength() {
        return (long) FrameFormat.HEADER_LENGTH + body.length;
      }
    };
  }

  static Call<DataKey> generate(Dispatcher to, byte[] key, byte[] context, boolean withPlaintext) {
    int flags = withPlaintext ? 0 : FrameFormat.FLAG_WITHOUT_PLAINTEXT;
    int expected = TTL_LENGTH + WRAPPED_LENGTH + (withPlaintext ? EnvelopeFormat.KEY_LENGTH : 0);
    return new Call<>(to, Operation.GENERATE_DATA_KEY, key, context, NOTHING, flags) {
      @Override
      DataKey parse(byte[] in, int offset, int answered) {
        if (answered != expected) {
          return null;
        }
        WrappedDataKey wrapped = WrappedDataKey.parse(in, offset + TTL_LENGTH);
        int keyAt = offset + TTL_LENGTH + WRAPPED_LENGTH;
        return dataKey(wrapped, in, offset, withPlaintext ? keyAt : -1);
      }

      @Override
      long answerLength() {
        return (long) FrameFormat.HEADER_LENGTH + expected;
      }
    };
  }

  static Call<DataKey> unwrap(Dispatcher to, byte[] context, byte[] wrapped) {
    return new Call<>(to, Operation.UNWRAP_DATA_KEY, null, context, wrapped, 0) {
      @Override
      DataKey parse(byte[] in, int offset, int answered) {
        return answered == TTL_LENGTH + EnvelopeFormat.KEY_LENGTH
            ? dataKey(WrappedDataKey.parse(body, 0), in, offset, offset + TTL_LENGTH)
            : null;
      }

      @Override
      long answerLength() {
        return (long) FrameFormat.HEADER_LENGTH + TTL_LENGTH + EnvelopeFormat.KEY_LENGTH;
      }
    };
  }

  /** The key's bytes are overwritten where they were received. */
  private static DataKey dataKey(WrappedDataKey wrapped, byte[] in, int ttlAt, int keyAt) {
    int ttlMs = FrameFormat.getInt(in, ttlAt);
    if (wrapped == null || ttlMs < 0) {
      return null;
    }
    byte[] plaintext = null;
    if (keyAt >= 0) {
      plaintext = Arrays.copyOfRange(in, keyAt, keyAt + EnvelopeFormat.KEY_LENGTH);
      Arrays.fill(in, keyAt, keyAt + EnvelopeFormat.KEY_LENGTH, (byte) 0);
    }
    return DataKey.of(plaintext, wrapped, ttlMs);
  }

  static boolean isSecret(Call<?> call) {
    return call.operation == Operation.GENERATE_DATA_KEY
        || call.operation == Operation.UNWRAP_DATA_KEY;
  }
}
