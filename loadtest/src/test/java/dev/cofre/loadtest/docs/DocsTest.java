package dev.cofre.loadtest.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.server.ControlPlaneMain;
import dev.cofre.dataplane.server.DataPlaneSettings;
import dev.cofre.engine.config.Setting;
import dev.cofre.engine.process.PlaneProcess;
import dev.cofre.loadtest.system.LeaseTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** README and docs against the product. */
class DocsTest {
  private static final Page README = Page.read("README.md");
  private static final Page OPERATIONS = Page.read("docs/OPERATIONS.md");
  private static final Pattern METRIC = Pattern.compile("(?m)^# TYPE (\\w+) ");

  /** A command of the launcher and, where it has some, one of its own commands. */
  private static final Pattern COMMAND =
      Pattern.compile("\\./cofre ([a-z]+(?:-[a-z]+)*)(?: ([a-z]+(?:-[a-z]+)*)\\b)?");

  private static final Pattern HELP_LINE =
      Pattern.compile("(?m)^  ([a-z]+(?:-[a-z]+)*)(?: ([a-z|-]+))?(?: |$)");

  @Test
  void theFirstStepsWorkAndTheMetricsAreThoseServed() throws Exception {
    try (Shell shell = Shell.open("dev")) {
      shell.startPlanes();
      for (Page page : Page.all()) {
        for (Page.Block block : page.blocks()) {
          if ("dev".equals(block.run())) {
            shell.run(block.where(), block.text());
          }
        }
      }
      runSnippet(shell);
      Set<String> served = new TreeSet<>();
      for (int port : new int[] {shell.dataPort(), shell.controlPort()}) {
        String text =
            shell.run("the metrics", "curl", "-sSf", "http://127.0.0.1:" + port + "/metrics");
        METRIC.matcher(text).results().forEach(found -> served.add(found.group(1)));
      }
      assertEquals(
          served,
          OPERATIONS.rows("## Metrics").stream()
              .map(row -> row.getFirst().replace("`", ""))
              .collect(Collectors.toCollection(TreeSet::new)));
    }
  }

  @Test
  void credentialsAreMadeAsTheDocsSay() throws Exception {
    Page secrets = Page.read("docs/SECRETS.md");
    try (Shell shell = Shell.open("leases");
        LeaseTarget target = LeaseTarget.start(shell.folder().resolve("target"))) {
      shell.startPlanes();
      for (Page.Block block : secrets.blocks()) {
        if ("dev".equals(block.run())) {
          shell.run(block.where(), block.text());
        } else if ("leases".equals(block.run())) {
          String before =
              "PGPORT=" + target.port() + "\nprintf " + LeaseTarget.ROOT_PASSWORD + " > password\n";
          String told = shell.run(block.where(), before + block.text());
          assertTrue(told.contains("ACTIVE"), told);
        }
      }
    }
  }

  /** Compiles the README's class as for the oldest Java that the client is for, and runs it. */
  private static void runSnippet(Shell shell) throws IOException, InterruptedException {
    String source =
        README.blocks().stream()
            .filter(block -> block.language().equals("java"))
            .map(Page.Block::text)
            .findFirst()
            .orElseThrow();
    Path file = shell.folder().resolve("FirstSteps.java");
    Files.writeString(file, shell.here(source));
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "--release",
                "17",
                "-proc:none",
                "-d",
                shell.folder().toString(),
                "-cp",
                classPath,
                file.toString());
    assertEquals(0, failed, "the README's class does not compile");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    assertEquals(
        "4111 1111\n",
        shell.run(
            "the README's class", java, "-cp", shell.folder() + ":" + classPath, "FirstSteps"));
  }

  @Test
  void theWayToPlanesWithTlsWorks() throws Exception {
    // Each plane is a job, itself and no shell around it: a shell is gone at once when it is told
    // to end, and a plane writes to its token until it has. Who waits for a plane, waits no longer
    // when a job has ended.
    StringBuilder script =
        new StringBuilder(
            """
            set -m
            planes=0
            trap 'for job in $(jobs -p); do kill -TERM -- -$job || true; done; wait' EXIT
            sleep() { [ $(jobs -pr | wc -l) = $planes ] || exit 1; command sleep $1; }
            """);
    int started = 0;
    for (Page.Block block : OPERATIONS.blocks()) {
      if ("tls".equals(block.run())) {
        script.append(block.text());
      } else if ("tls start".equals(block.run())) {
        script.append(block.text().strip()).append(" &\nplanes=$((planes + 1))\n");
        started++;
      }
    }
    assertEquals(2, started);
    try (Shell shell = Shell.open("tls")) {
      shell.run("the way to TLS", script.toString());
    }
  }

  @Test
  void everySettingStandsInItsTable() {
    List<Setting> control = new ArrayList<>(List.of(PlaneProcess.PLANE));
    control.addAll(ControlPlaneMain.settings());
    List<Setting> data = new ArrayList<>(List.of(PlaneProcess.PLANE));
    data.addAll(DataPlaneSettings.ALL);
    assertEquals(rows(control), OPERATIONS.rows("### Control plane"));
    assertEquals(rows(data), OPERATIONS.rows("### Data plane"));
  }

  private static List<List<String>> rows(List<Setting> settings) {
    return settings.stream()
        .map(
            setting ->
                List.of(
                    "`" + setting.key() + "`",
                    setting.defaultValue() == null
                        ? "required"
                        : setting.defaultValue().isEmpty()
                            ? "–"
                            : "`" + setting.defaultValue() + "`",
                    kind(setting),
                    setting.description()))
        .toList();
  }

  private static String kind(Setting setting) {
    String kind = setting.kind().name().toLowerCase(Locale.ROOT);
    if (setting.kind() != Setting.Kind.NUMBER) {
      return kind;
    }
    String unit =
        setting.key().endsWith("Ms")
            ? "ms"
            : setting.key().toLowerCase(Locale.ROOT).endsWith("bytesmax")
                    || setting.key().endsWith("Bytes")
                ? "bytes"
                : setting.key().endsWith("port")
                    ? "port"
                    : setting.key().endsWith("slot")
                        ? "id"
                        : setting.key().endsWith("Percent") ? "percent" : "count";
    return kind + ", " + unit;
  }

  @Test
  void everyCommandThatTheDocsNameIsThere() throws Exception {
    Map<String, Set<String>> commands = new HashMap<>();
    String help;
    try (Shell shell = Shell.open("help")) {
      help = shell.run("./cofre help", "./cofre", "help");
    }
    Matcher line = HELP_LINE.matcher(help);
    while (line.find()) {
      String own = line.group(2) == null ? "" : line.group(2);
      commands.put(line.group(1), Set.of(own.split("\\|")));
    }
    assertTrue(commands.get("key").contains("rotate"), help);
    List<String> unknown = new ArrayList<>();
    for (Page page : Page.all()) {
      for (String text : page.lines()) {
        Matcher named = COMMAND.matcher(text);
        while (!text.contains("not yet") && named.find()) {
          Set<String> own = commands.get(named.group(1));
          boolean choice = own != null && own.size() > 1 && named.group(2) != null;
          if (own == null || (choice && !own.contains(named.group(2)))) {
            unknown.add(page.name() + ": " + named.group());
          }
        }
      }
    }
    assertEquals(List.of(), unknown);
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Page page : Page.all()) {
      Path from = Path.of(page.name());
      for (String link : page.links()) {
        if (!link.matches("[a-z]+:.*") && !leads(from, link)) {
          broken.add(page.name() + ": " + link);
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  private static boolean leads(Path from, String link) {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? from : from.resolveSibling(parts[0]).normalize();
    return Files.exists(Page.ROOT.resolve(target))
        && (parts.length == 1 || Page.read(target.toString()).anchors().contains(parts[1]));
  }
}
