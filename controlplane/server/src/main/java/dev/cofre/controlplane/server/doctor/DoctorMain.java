package dev.cofre.controlplane.server.doctor;

import dev.cofre.controlplane.server.dev.DevException;
import dev.cofre.controlplane.server.dev.DevHome;
import dev.cofre.controlplane.server.dev.DevToken;
import dev.cofre.controlplane.server.dev.JavaCommand;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code ./cofre doctor [--output json]}: one line a check, {@code ok}, {@code warn} or {@code
 * fail}; exit code 1 when any fails.
 */
public final class DoctorMain {
  private static final String SOFTHSM_VARIABLE = "SOFTHSM2_CONF";

  private DoctorMain() {}

  /** Runs all checks; ends the process. */
  public static void main(String[] args) throws InterruptedException {
    boolean json = args.length == 2 && args[0].equals("--output") && args[1].equals("json");
    boolean text =
        args.length == 0
            || (args.length == 2 && args[0].equals("--output") && args[1].equals("text"));
    if (!json && !text) {
      boolean help = args[0].equals("--help") || args[0].equals("-h");
      (help ? System.out : System.err)
          .print(
              """
              usage: ./cofre doctor [--output text|json]

              Checks this machine and the home in COFRE_HOME.
              Exit code: 0 when nothing fails, 1 when something does, 2 for a wrong call.
              """);
      System.exit(help ? 0 : 2);
    }
    try {
      Path root = Path.of(System.getProperty("cofre.root", ".")).toAbsolutePath();
      System.exit(run(DevHome.of(System.getenv(), root), args, json));
    } catch (DevException | IOException e) {
      System.err.println("cofre doctor: " + e.getMessage());
      System.exit(1);
    }
  }

  private static int run(DevHome home, String[] args, boolean json)
      throws IOException, InterruptedException {
    if (System.getenv(SOFTHSM_VARIABLE) == null && Files.isReadable(home.softHsmConf())) {
      return again(home, args);
    }
    List<Finding> findings = new ArrayList<>(new MachineChecks(Path.of("/proc")).run());
    findings.addAll(new HomeChecks(home, DevToken.LIBRARY).run());
    System.out.print(json ? json(findings) : text(findings));
    return findings.stream().anyMatch(finding -> finding.grade() == Finding.Grade.FAIL) ? 1 : 0;
  }

  /** SoftHSM2 learns of its configuration when its process begins: run again in one of our own. */
  private static int again(DevHome home, String[] args) throws IOException, InterruptedException {
    return new JavaCommand(
            System.getProperty("java.class.path"),
            List.of("-Dcofre.root=" + System.getProperty("cofre.root", ".")))
        .start(
            DoctorMain.class.getName(),
            List.of(args),
            builder ->
                builder
                    .inheritIO()
                    .environment()
                    .put(SOFTHSM_VARIABLE, home.softHsmConf().toString()))
        .waitFor();
  }

  static String text(List<Finding> findings) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      text.append(
          String.format(
              Locale.ROOT, "%-5s%-17s%s%n", grade(finding), finding.check(), finding.detail()));
    }
    return text.toString();
  }

  static String json(List<Finding> findings) {
    JsonArray checks = new JsonArray();
    for (Finding finding : findings) {
      checks.add(
          new JsonObject()
              .put("check", finding.check())
              .put("grade", grade(finding))
              .put("detail", finding.detail()));
    }
    return new JsonObject().put("checks", checks).encodePrettily() + "\n";
  }

  private static String grade(Finding finding) {
    return finding.grade().name().toLowerCase(Locale.ROOT);
  }
}
