package dev.cofre.loadtest.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.command.LoadCommand;
import dev.cofre.loadtest.slo.Slo;
import dev.cofre.loadtest.workload.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * Every command and file of docs/LOAD.md. What a run finds is the machine's affair: it may say that
 * the generator fell behind, or that no rate holds. All else that is not exit code 0 fails.
 */
class LoadDocsTest {
  /** Takes the place of {@code ./cofre load}: what a run says of a busy machine is no failure. */
  private static final String PRELUDE =
      """
      load() {
        local code=0 said=load-$RANDOM.out
        ./cofre load "$@" > "$said" 2>&1 || code=$?
        cat "$said"
        if [ $code = 2 ] && grep -qE 'fell_behind|runs is invalid|no rate was found' "$said"; then code=0; fi
        return $code
      }
      """;

  private static final Pattern OUT = Pattern.compile("--out ([\\w-]+)");
  private static final Pattern FILE =
      Pattern.compile("cat > (\\S+) <<'YAML'\n(.*?)\nYAML\n", Pattern.DOTALL);
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^\\./cofre load *(.*?) *(?:#.*|\\|\\|.*)?$");

  private static List<Page.Block> blocks() {
    List<Page.Block> blocks = Page.read("docs/LOAD.md").blocks();
    for (Page.Block block : blocks) {
      assertEquals(block.language().equals("sh"), "load".equals(block.run()), block.where());
    }
    return blocks.stream().filter(block -> "load".equals(block.run())).toList();
  }

  /** Whether they mean anything, without running them. */
  @Test
  void everyFileAndCommandLineIsRight() throws Exception {
    int files = 0;
    int commands = 0;
    String all = String.join("", blocks().stream().map(Page.Block::text).toList());
    for (Page.Block block : blocks()) {
      for (MatchResult file : FILE.matcher(block.text()).results().toList()) {
        String name = file.group(1);
        if (all.contains("--slo " + name)) {
          Slo.parse(name, file.group(2));
        } else {
          Workload.parse(name, file.group(2));
        }
        files++;
      }
      for (MatchResult command : COMMAND.matcher(block.text()).results().toList()) {
        String words = command.group(1);
        new CommandLine(new LoadCommand())
            .parseArgs(words.isEmpty() ? new String[0] : words.split(" +"));
        commands++;
      }
    }
    assertTrue(files >= 5 && commands >= 10, files + " files, " + commands + " commands");
  }

  /** Takes two minutes. */
  @Test
  @Tag("full")
  void everyCommandOfThePageRuns() throws Exception {
    Set<String> folders = new TreeSet<>();
    try (Shell shell = Shell.open("load")) {
      shell.startPlanes("--slowable-hsm");
      for (Page.Block block : blocks()) {
        String script = block.text().replace("./cofre load ", "load ");
        shell.run(block.where(), PRELUDE + script);
        OUT.matcher(script).results().forEach(out -> folders.add(out.group(1)));
      }
      assertTrue(folders.size() >= 8, folders::toString);
      for (String folder : folders) {
        boolean search = folder.startsWith("capacity");
        Path result =
            shell.folder().resolve(folder).resolve(search ? "capacity.json" : "report.html");
        assertTrue(Files.size(result) > 100, result::toString);
      }
      assertTrue(Files.exists(shell.folder().resolve("load-report/what-if.html")));
    }
  }
}
