package dev.cofre.dataplane.server.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameStatus;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.RequestWriter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Frames as the body of an HTTP request. */
class FrameBodyTest extends OneNode {
  private static final String FRAMES = "application/vnd.cofre.frames";

  private record Answer(int correlation, String code, byte[] body) {}

  @Test
  void answersComeInOrder() throws Exception {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int i = 0; i < 300; i++) {
      String key = i % 10 == 3 ? "other" : "";
      body.writeBytes(
          RequestWriter.of(FrameType.ENCRYPT).key(key).frame(1_000 - i, new byte[i * 10]));
    }
    List<Answer> sealed = post("/v1/keys/demo/encrypt", body.toByteArray());
    assertEquals(300, sealed.size());
    ByteArrayOutputStream envelopes = new ByteArrayOutputStream();
    for (int i = 0; i < 300; i++) {
      assertEquals(1_000 - i, sealed.get(i).correlation());
      assertEquals(i % 10 == 3 ? "invalid_request" : "ok", sealed.get(i).code());
      if (i % 10 != 3) {
        envelopes.writeBytes(RequestWriter.of(FrameType.DECRYPT).frame(i, sealed.get(i).body()));
      }
    }
    envelopes.writeBytes(RequestWriter.of(FrameType.DECRYPT).frame(7_777, new byte[200]));
    List<Answer> opened = post("/v1/decrypt", envelopes.toByteArray());
    assertEquals(271, opened.size());
    assertEquals("invalid_ciphertext", opened.get(270).code());
    for (Answer answer : opened.subList(0, 270)) {
      assertArrayEquals(new byte[answer.correlation() * 10], answer.body());
    }
    assertTrue(
        node.auditLines().stream()
            .anyMatch(line -> line.contains("\"items\":270") && line.contains("encrypt")));
  }

  @Test
  void aBodyThatIsNotWholeFramesIsRefusedAsAWhole() throws Exception {
    byte[] frame = RequestWriter.of(FrameType.ENCRYPT).key("demo").frame(1, new byte[10]);
    refused(Arrays.copyOf(frame, frame.length - 1), "invalid_request");
    refused(new byte[0], "invalid_request");
    byte[] tooLong = frame.clone();
    FrameFormat.putInt(tooLong, 0, FrameFormat.FRAME_BYTES_MAX + 1);
    refused(tooLong, "invalid_request");
    byte[] empty = RequestWriter.of(FrameType.ENCRYPT).key("").frame(1);
    byte[] many = new byte[empty.length * 10_001];
    for (int i = 0; i < 10_001; i++) {
      System.arraycopy(empty, 0, many, i * empty.length, empty.length);
    }
    refused(many, "payload_too_large");
    List<Answer> wrongKind =
        post("/v1/keys/demo/encrypt", RequestWriter.of(FrameType.DECRYPT).frame(5, new byte[200]));
    assertEquals("invalid_request", wrongKind.getFirst().code());
  }

  /** An envelope of one byte is some 180 times as long: the answers have a limit of their own. */
  @Test
  void manySmallItemsAreRefusedBeforeTheirAnswersAreMade() throws Exception {
    List<byte[]> items = Collections.nCopies(600, new byte[1]);
    byte[] batch = RequestWriter.of(FrameType.ENCRYPT_BATCH).key("").batch(1, items);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int i = 0; i < 320; i++) {
      body.writeBytes(batch);
    }
    assertEquals(1, post("/v1/keys/demo/encrypt", batch).size());
    refused(body.toByteArray(), "payload_too_large");
  }

  private static void refused(byte[] body, String code) throws Exception {
    Calls.Answer answer =
        calls.post("/v1/keys/demo/encrypt", TestNode.APP_TOKEN, FRAMES, body, Map.of());
    assertEquals(code, answer.code());
  }

  private static List<Answer> post(String path, byte[] body) throws Exception {
    Calls.Answer answer = calls.post(path, TestNode.APP_TOKEN, FRAMES, body, Map.of());
    assertEquals(200, answer.status());
    List<Answer> answers = new ArrayList<>();
    FrameReader reader = new FrameReader();
    byte[] bytes = answer.body();
    int at = 0;
    while (at < bytes.length) {
      at += reader.read(bytes, at, bytes.length, Integer.MAX_VALUE);
      answers.add(
          new Answer(
              reader.correlation(),
              FrameStatus.text(reader.status()),
              Arrays.copyOfRange(
                  bytes, reader.bodyOffset(), reader.bodyOffset() + reader.bodyLength())));
    }
    return answers;
  }
}
