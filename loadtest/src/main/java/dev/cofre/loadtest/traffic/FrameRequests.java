package dev.cofre.loadtest.traffic;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.RequestWriter;
import dev.cofre.loadtest.frames.FrameCall;
import dev.cofre.loadtest.workload.Draw;
import java.util.List;

/** Makes frames of draws. */
final class FrameRequests {
  private FrameRequests() {}

  static FrameCall call(Prepared prepared) {
    Draw draw = prepared.draw();
    byte[] input = prepared.inputs().getFirst();
    boolean batch = prepared.inputs().size() > 1;
    return switch (draw.operation().kind()) {
      case ENCRYPT -> {
        int length = (int) EnvelopeFormat.envelopeLength(draw.bytes());
        RequestWriter writer =
            of(batch ? FrameType.ENCRYPT_BATCH : FrameType.ENCRYPT, draw).key(draw.key());
        yield batch ? batch(writer, prepared, length) : single(writer, input, length);
      }
      case DECRYPT ->
          batch
              ? batch(of(FrameType.DECRYPT_BATCH, draw), prepared, draw.bytes())
              : FrameCall.expecting(
                  of(FrameType.DECRYPT, draw).frame(0, input), prepared.plaintexts().getFirst());
      case BAD ->
          FrameCall.expectingError(
              of(FrameType.DECRYPT, draw).frame(0, input), "invalid_ciphertext");
      case DATA_KEY ->
          single(
              of(FrameType.GENERATE_DATA_KEY, draw).key(draw.key()),
              new byte[0],
              FrameCall.ANY_LENGTH);
      case UNWRAP -> single(of(FrameType.UNWRAP_DATA_KEY, draw), input, FrameCall.ANY_LENGTH);
      case HTTP -> throw new IllegalArgumentException("http operations are not sent as frames");
    };
  }

  private static RequestWriter of(int type, Draw draw) {
    return RequestWriter.of(type).context(EncryptionContext.of(draw.context()));
  }

  private static FrameCall single(RequestWriter writer, byte[] input, int length) {
    return FrameCall.expectingLength(writer.frame(0, input), length);
  }

  /** An item that failed has another length than one that was done. */
  private static FrameCall batch(RequestWriter writer, Prepared prepared, int itemLength) {
    List<byte[]> items = prepared.inputs();
    int length =
        FrameFormat.BATCH_HEAD_LENGTH
            + items.size() * (FrameFormat.ANSWER_ITEM_HEAD_LENGTH + itemLength);
    return FrameCall.expectingLength(writer.batch(0, items), length);
  }
}
