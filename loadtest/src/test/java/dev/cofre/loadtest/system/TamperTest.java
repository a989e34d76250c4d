package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whatever is done to an envelope, it is {@code invalid_ciphertext}, or from its second segment on
 * an answer without its end; never a wrong plaintext, never a 500.
 */
@ExtendWith(SystemExtension.class)
class TamperTest {
  private static final int HEADER = 164;
  private static final int SEGMENT = 65_536 + 16;

  private Cofre cofre;
  private Decryption decryption;
  private Random random;

  @BeforeEach
  void connect(Cofre shared) throws IOException {
    cofre = shared;
    decryption = new Decryption(shared.data("app"));
    random = Seed.of("TamperTest");
  }

  private byte[] seal(byte[] plaintext) throws Exception {
    Answer answer = cofre.data("app").raw("/v1/keys/demo/encrypt", plaintext);
    assertEquals(200, answer.status(), answer::toString);
    assertArrayEquals(plaintext, decryption.of(answer.body()).bytes());
    return answer.body();
  }

  private static byte[] flip(byte[] envelope, int bit) {
    byte[] changed = envelope.clone();
    changed[bit / 8] ^= (byte) (1 << bit % 8);
    return changed;
  }

  private static byte[] join(byte[]... parts) {
    byte[] joined = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    return joined;
  }

  @Test
  void everyBitAndEveryCutOfASmallEnvelope() throws Exception {
    byte[] envelope = seal(Seed.bytes(random, 40));
    assertEquals(HEADER + 40 + 16, envelope.length);
    for (int bit = 0; bit < envelope.length * 8; bit++) {
      decryption.isInvalid("bit " + bit, flip(envelope, bit));
    }
    for (int length = 0; length < envelope.length; length++) {
      decryption.isInvalid("cut to " + length, Arrays.copyOf(envelope, length));
    }
    for (int extra : new int[] {1, 16, 17, SEGMENT}) {
      decryption.isInvalid("longer by " + extra, Arrays.copyOf(envelope, envelope.length + extra));
    }
    decryption.isInvalid("twice", join(envelope, envelope));
    System.out.println("a small envelope: " + decryption.count() + " changes refused");
  }

  @Test
  void bitsAndCutsOfThreeSegments() throws Exception {
    byte[] plaintext = Seed.bytes(random, 2 * 65_536 + 1_000);
    byte[] envelope = seal(plaintext);
    assertEquals(HEADER + 2 * SEGMENT + 1_016, envelope.length);
    for (int at = 0; at < HEADER; at++) {
      decryption.isInvalid("byte " + at, flip(envelope, at * 8 + random.nextInt(8)));
    }
    for (int i = 0; i < 150; i++) {
      int at = HEADER + random.nextInt(envelope.length - HEADER);
      byte[] changed = flip(envelope, at * 8 + random.nextInt(8));
      fails("byte " + at, at < HEADER + SEGMENT, plaintext, changed);
    }
    for (int length = 0; length <= HEADER + 16; length++) {
      decryption.isInvalid("cut to " + length, Arrays.copyOf(envelope, length));
    }
    for (int segments = 1; segments <= 2; segments++) {
      for (int off = -17; off <= 17; off++) {
        int length = HEADER + segments * SEGMENT + off;
        fails("cut to " + length, false, plaintext, Arrays.copyOf(envelope, length));
      }
    }
    for (int i = 0; i < 50; i++) {
      int length = HEADER + random.nextInt(envelope.length - HEADER);
      fails("cut to " + length, false, plaintext, Arrays.copyOf(envelope, length));
    }
    System.out.println("three segments: " + decryption.count() + " changes refused");
  }

  /**
   * @param early whether the first segment tells, so that the status does
   */
  private void fails(String what, boolean early, byte[] plaintext, byte[] changed)
      throws Exception {
    if (early) {
      decryption.isInvalid(what, changed);
    } else {
      decryption.isInvalidOrCutShort(what, plaintext, changed);
    }
  }

  @Test
  void segmentsSwappedDroppedRepeatedOrAppended() throws Exception {
    byte[] plaintext = Seed.bytes(random, 2 * 65_536 + 1_000);
    byte[] envelope = seal(plaintext);
    byte[] header = Arrays.copyOf(envelope, HEADER);
    byte[] first = Arrays.copyOfRange(envelope, HEADER, HEADER + SEGMENT);
    byte[] second = Arrays.copyOfRange(envelope, HEADER + SEGMENT, HEADER + 2 * SEGMENT);
    byte[] last = Arrays.copyOfRange(envelope, HEADER + 2 * SEGMENT, envelope.length);
    byte[] other = seal(plaintext);
    byte[] foreign = Arrays.copyOfRange(other, HEADER + SEGMENT, HEADER + 2 * SEGMENT);
    decryption.isInvalid("first two swapped", join(header, second, first, last));
    decryption.isInvalid("first dropped", join(header, second, last));
    decryption.isInvalid(
        "another's header", join(Arrays.copyOf(other, HEADER), first, second, last));
    for (byte[] changed :
        new byte[][] {
          join(header, first, last),
          join(header, first, second),
          join(header, first),
          join(header, first, second, second, last),
          join(header, first, foreign, last),
          join(header, first, second, last, last),
          join(envelope, new byte[1]),
          join(envelope, new byte[SEGMENT]),
          join(envelope, envelope)
        }) {
      decryption.isInvalidOrCutShort("segments rearranged", plaintext, changed);
    }
  }

  @Test
  void anotherContext() throws Exception {
    Decryption other = decryption.with("app=demo");
    byte[] plaintext = Seed.bytes(random, 70_000);
    Answer sealed = other.encrypt(plaintext);
    assertEquals(200, sealed.status(), sealed::toString);
    assertArrayEquals(plaintext, other.of(sealed.body()).bytes());
    decryption.isInvalid("no context", sealed.body());
    for (String context : new String[] {"app=demo2", "app=", "App=demo", "app=demo,b=c"}) {
      decryption.with(context).isInvalid("the context " + context, sealed.body());
    }
    other.isInvalid("a context where there was none", seal(plaintext));
  }

  @Test
  void overHttp2AFailedStreamIsReset() throws Exception {
    byte[] plaintext = Seed.bytes(random, 10 * 65_536);
    byte[] envelope = seal(plaintext);
    Decryption http2 = decryption.overHttp2();
    assertArrayEquals(plaintext, http2.of(envelope).bytes());
    byte[] changed = flip(envelope, (envelope.length - 1) * 8);
    http2.isInvalidOrCutShort("the last byte", plaintext, changed);
    http2.isInvalid("the first byte", flip(envelope, 0));
    http2.isInvalidOrCutShort("appended", plaintext, join(envelope, new byte[1]));
  }

  @Test
  void theCommandLineSaysSo() throws Exception {
    byte[] plaintext = Seed.bytes(random, 8 * 65_536);
    byte[] envelope = seal(plaintext);
    Map<String, byte[]> changed =
        Map.of(
            "first bit", flip(envelope, 0),
            "last bit", flip(envelope, envelope.length * 8 - 1),
            "cut", Arrays.copyOf(envelope, envelope.length - 1),
            "appended", join(envelope, new byte[1]),
            "empty", new byte[0]);
    for (Map.Entry<String, byte[]> change : changed.entrySet()) {
      CliRun run = cofre.cli(change.getValue(), "decrypt");
      assertEquals(1, run.exitCode(), () -> change.getKey() + ": " + run.err());
      assertEquals(1, run.errLines().size(), () -> change.getKey() + ": " + run.err());
      assertTrue(run.out().length < plaintext.length, change.getKey());
      assertArrayEquals(
          Arrays.copyOf(plaintext, run.out().length), run.out(), "not a wrong plaintext");
    }
  }
}
