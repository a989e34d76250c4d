package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.envelope.EnvelopeFormat;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A node that says that it is ready is warm: its first megabyte is not much slower than later. */
@ExtendWith(SystemExtension.class)
@Tag("full")
class FirstRequestTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final int REQUESTS = 1_000;

  /** The thousandth is told from some around it, for one alone is noise. */
  private static final int AROUND = 21;

  private static final double SHARE_MIN = 0.3;

  @Test
  void isFast(Workspace workspace) throws Exception {
    afterStarts(workspace, 1);
  }

  @Test
  void isFastInTheMedianOfMore(Workspace workspace) throws Exception {
    afterStarts(workspace, 5);
  }

  private static void afterStarts(Workspace workspace, int starts) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.DATA_PLANE).remove("rehearsalMs");
    deployment.startControlPlane();
    byte[] body = Seed.bytes(new Random(1), MEBIBYTE);
    // The first round makes the client itself warm and does not count.
    ratio(deployment, body);
    double[] ratios = new double[starts];
    for (int i = 0; i < starts; i++) {
      ratios[i] = ratio(deployment, body);
    }
    Arrays.sort(ratios);
    double median = ratios[starts / 2];
    System.out.printf(
        "the first 1 MiB has %.2f of the thousandth's speed (%s)%n",
        median, Arrays.toString(ratios));
    assertTrue(median >= SHARE_MIN, () -> "the first request is too slow: " + median);
  }

  /** The first request's speed in parts of the thousandth's. */
  private static double ratio(Deployment deployment, byte[] body) throws Exception {
    Child plane = deployment.startDataPlane();
    String token = deployment.token("app");
    long[] ns = new long[REQUESTS + AROUND / 2];
    try (LeanHttp http = new LeanHttp(deployment.dataPort())) {
      for (int i = 0; i < ns.length; i++) {
        ns[i] = encrypt(http, token, body);
      }
    }
    assertEquals(0, plane.terminate());
    long[] around = Arrays.copyOfRange(ns, REQUESTS - AROUND / 2 - 1, ns.length);
    Arrays.sort(around);
    double thousandth = around[around.length / 2];
    System.out.printf(
        "first %d µs, second %d, tenth %d, hundredth %d, thousandth %.0f%n",
        ns[0] / 1_000, ns[1] / 1_000, ns[9] / 1_000, ns[99] / 1_000, thousandth / 1_000);
    return thousandth / ns[0];
  }

  private static long encrypt(LeanHttp http, String token, byte[] body) throws IOException {
    long start = System.nanoTime();
    long length = http.post("/v1/keys/demo/encrypt", token, body);
    long ns = System.nanoTime() - start;
    assertEquals(EnvelopeFormat.envelopeLength(body.length), length);
    return ns;
  }
}
