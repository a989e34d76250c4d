package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.envelope.EnvelopeFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
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

  /** Of one request, by curl: bytes that came back, when it began and when it ended, in seconds. */
  private static final Pattern ANSWER = Pattern.compile("(\\d+) ([0-9.]+) ([0-9.]+)\\R");

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
    Path body = Files.write(workspace.resolve("body"), Seed.bytes(new Random(1), MEBIBYTE));
    double[] ratios = new double[starts];
    for (int i = 0; i < starts; i++) {
      ratios[i] = ratio(workspace, deployment, body);
    }
    Arrays.sort(ratios);
    double median = ratios[starts / 2];
    System.out.printf(
        "the first 1 MiB has %.2f of the thousandth's speed (%s)%n",
        median, Arrays.toString(ratios));
    assertTrue(median >= SHARE_MIN, () -> "the first request is too slow: " + median);
  }

  /** The first request's speed in parts of the thousandth's. */
  private static double ratio(Workspace workspace, Deployment deployment, Path body)
      throws Exception {
    Child plane = deployment.startDataPlane();
    String out = encrypt(workspace, deployment, body);
    assertEquals(0, plane.terminate());
    long envelope = EnvelopeFormat.envelopeLength(MEBIBYTE);
    double[] us =
        ANSWER
            .matcher(out)
            .results()
            .filter(answer -> Long.parseLong(answer.group(1)) == envelope)
            .mapToDouble(answer -> 1e6 * (seconds(answer.group(3)) - seconds(answer.group(2))))
            .toArray();
    assertEquals(REQUESTS + AROUND / 2, us.length, out);
    double[] around = Arrays.copyOfRange(us, REQUESTS - AROUND / 2 - 1, us.length);
    Arrays.sort(around);
    double thousandth = around[around.length / 2];
    System.out.printf(
        "first %.0f µs, second %.0f, tenth %.0f, hundredth %.0f, thousandth %.0f%n",
        us[0], us[1], us[9], us[99], thousandth);
    return thousandth / us[0];
  }

  private static double seconds(String text) {
    return Double.parseDouble(text);
  }

  /**
   * One curl, for it is as fast at first as later, sends all of them on one connection; what it
   * says of each is the time from the request's first byte to the answer's last. Its part after the
   * hash never leaves it.
   */
  private static String encrypt(Workspace workspace, Deployment deployment, Path body)
      throws Exception {
    Path told =
        Deployment.writePrivate(
            workspace.resolve("curl.conf"),
            String.join(
                "\n",
                "url = \"http://127.0.0.1:%d/v1/keys/demo/encrypt#[1-%d]\""
                    .formatted(deployment.dataPort(), REQUESTS + AROUND / 2),
                "data-binary = \"@" + body + "\"",
                "header = \"Authorization: Bearer " + deployment.token("app") + "\"",
                "header = \"Content-Type: application/octet-stream\"",
                "header = \"Expect:\"",
                "output = \"/dev/null\"",
                "silent",
                "show-error",
                "fail",
                "write-out = \"%{size_download} %{time_pretransfer} %{time_total}\\n\"",
                ""));
    Child curl =
        workspace.start(
            "curl", Launcher.program(Map.of(), List.of("curl", "--config", told.toString())));
    assertEquals(0, curl.exitCode(Duration.ofMinutes(1)), curl::name);
    return curl.out();
  }
}
