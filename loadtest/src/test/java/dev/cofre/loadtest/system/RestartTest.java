package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What was encrypted yesterday is decrypted today; a key's state is in force within a second. */
@ExtendWith(SystemExtension.class)
class RestartTest {
  private static final Duration ONE_SECOND = Duration.ofSeconds(1);
  private static final byte[] PLAINTEXT = "yesterday's file".getBytes(UTF_8);

  @Test
  void keysSurviveAndTheirStatesArePushed(Workspace workspace) throws Exception {
    Cofre cofre = Cofre.start(workspace, "home");
    byte[] envelope = cofre.cli(PLAINTEXT, "encrypt", "--key", "demo", "--context", "day=1").out();
    assertEquals(1, version(cofre, envelope));
    long[] planes = {
      cofre.process(Cofre.DATA_PLANE).pid(), cofre.process(Cofre.CONTROL_PLANE).pid()
    };

    assertEquals(0, cofre.stop(), "SIGTERM is a clean stop");
    for (long pid : planes) {
      assertFalse(ProcessHandle.of(pid).isPresent(), "a plane outlived its supervisor");
    }
    cofre.start();
    assertArrayEquals(PLAINTEXT, decrypt(cofre, envelope));

    rotate(cofre, envelope);
    disableAndEnable(cofre, envelope);
    assertEquals(0, cofre.stop());
  }

  private static byte[] decrypt(Cofre cofre, byte[] envelope) throws Exception {
    return cofre.cli(envelope, "decrypt", "--context", "day=1").succeeded();
  }

  private static int version(Cofre cofre, byte[] envelope) throws Exception {
    byte[] out = cofre.cli(envelope, "inspect", "--output", "json").succeeded();
    return new JsonObject(new String(out, UTF_8)).getInteger("version");
  }

  private static void rotate(Cofre cofre, byte[] old) throws Exception {
    Api data = cofre.data("app");
    assertEquals(200, cofre.control("crypto-officer").json("/v1/keys/demo/rotate", "").status());
    long ms =
        Await.within(
            "new envelopes name version 2",
            ONE_SECOND,
            () -> data.raw("/v1/keys/demo/encrypt", PLAINTEXT).body()[27] == 2);
    System.out.println("a rotation is in force after " + ms + " ms");
    assertEquals(2, version(cofre, data.raw("/v1/keys/demo/encrypt", PLAINTEXT).body()));
    assertArrayEquals(PLAINTEXT, decrypt(cofre, old));
  }

  private static void disableAndEnable(Cofre cofre, byte[] envelope) throws Exception {
    Api data = cofre.data("app");
    byte[] without = data.raw("/v1/keys/demo/encrypt", PLAINTEXT).body();
    cofre.cli(new byte[0], "key", "disable", "demo").succeeded();
    awaitBoth(data, without, "409 key_disabled");
    CliRun refused = cofre.cli(envelope, "decrypt", "--context", "day=1");
    assertEquals(1, refused.exitCode());
    assertEquals(1, refused.errLines().size(), refused::err);
    assertTrue(refused.err().contains("disabled"), refused::err);
    assertEquals(0, refused.out().length);

    cofre.cli(new byte[0], "key", "enable", "demo").succeeded();
    awaitBoth(data, without, "200");
    assertArrayEquals(PLAINTEXT, decrypt(cofre, envelope));
  }

  private static void awaitBoth(Api data, byte[] envelope, String outcome) throws Exception {
    long ms =
        Await.within(
            "both directions answer " + outcome,
            ONE_SECOND,
            () ->
                data.raw("/v1/keys/demo/encrypt", PLAINTEXT).outcome().equals(outcome)
                    && data.raw("/v1/decrypt", envelope).outcome().equals(outcome));
    System.out.println("both directions answer " + outcome + " after " + ms + " ms");
  }
}
