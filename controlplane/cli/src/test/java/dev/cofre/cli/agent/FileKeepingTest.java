package dev.cofre.cli.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cofre.cli.run.SecretFile.Access;
import dev.cofre.cli.run.SecretFolder;
import dev.cofre.cli.template.Format;
import dev.cofre.cli.template.Template;
import dev.cofre.cli.template.UnfitValueException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKeepingTest {
  @TempDir Path disk;

  private final List<String> said = new ArrayList<>();
  private final List<String> told = new ArrayList<>();

  private static KeptFile file(String path) {
    Template.Place place = new Template.Place("s", "value", false, 1);
    return new KeptFile(path, Format.TEXT, null, place, Access.OWNER, null);
  }

  private static AgentConfig config(Path folder, List<KeptFile> files) {
    return new AgentConfig(
        folder,
        "0700",
        null,
        true,
        Duration.ofSeconds(1),
        Duration.ofDays(1),
        Duration.ZERO,
        Duration.ofSeconds(1),
        false,
        false,
        List.of(new Source.Secret("s", "s", false, false)),
        files);
  }

  @Test
  void removesWhatItHasWrittenAndNothingElse() throws Exception {
    Path path = disk.resolve("shop");
    try (AgentFolder folder = AgentFolder.open(config(path, List.of()))) {
      Files.writeString(path.resolve("theirs"), "was there before");
      FileKeeping files =
          new FileKeeping(List.of(file("ours"), file("theirs"), file("before")), folder, said::add);
      Files.writeString(path.resolve("before"), "of the agent before");
      files.inherit("before");
      String[] values = {"one"};
      files.write(
          (source, field) -> {
            if (values[0] == null) {
              throw new UnfitValueException("none");
            }
            byte[] value = values[0].getBytes(UTF_8);
            values[0] = null;
            return value;
          },
          file -> told.add(file.path()));
      assertEquals("one", Files.readString(path.resolve("ours")));
      files.remove();
      assertFalse(Files.exists(path.resolve("ours")));
      assertFalse(Files.exists(path.resolve("before")));
      assertEquals("was there before", Files.readString(path.resolve("theirs")));
    }
  }

  @Test
  void whatCannotBeWrittenIsToldOnceAndAgainWhenItCan() throws Exception {
    Path path = disk.resolve("shop");
    try (AgentFolder folder = AgentFolder.open(config(path, List.of()))) {
      FileKeeping files = new FileKeeping(List.of(file("f")), folder, said::add);
      files.write((s, f) -> "one".getBytes(UTF_8), file -> told.add(file.path()));
      assertTrue(files.areCurrent());
      assertEquals(List.of(), told);
      files.changed(Set.of("s"));
      // A folder in the place of the file.
      Files.delete(path.resolve("f"));
      Files.createDirectory(path.resolve("f"));
      Path inIt = Files.createFile(path.resolve("f/x"));
      for (int i = 0; i < 5; i++) {
        files.write((s, f) -> "two".getBytes(UTF_8), file -> told.add(file.path()));
        files.changed(Set.of("s"));
      }
      assertEquals(List.of("f"), told);
      assertFalse(files.areCurrent(), "is ready with a file of old values");
      Files.delete(inIt);
      Files.delete(path.resolve("f"));
      files.write((s, f) -> "two".getBytes(UTF_8), file -> told.add(file.path()));
      assertEquals(List.of("f", "f"), told);
      assertTrue(files.areCurrent());
    }
  }

  @Test
  void theCacheIsForTheSameControlPlaneAndToken() throws Exception {
    Path memory = Path.of("/dev/shm");
    assumeTrue(Files.isWritable(memory) && SecretFolder.isInMemory(memory));
    Path path = memory.resolve("cofre-test-" + ProcessHandle.current().pid() + "-holder");
    MovableClock clock = new MovableClock();
    AgentConfig config = config(path, List.of(file("f")));
    try (AgentFolder folder = AgentFolder.open(config)) {
      FileKeeping files = new FileKeeping(config.files(), folder, said::add);
      Actions actions = new Actions(Set.of(), config, clock, said::add, () -> {});
      List<Keeper> first = List.of(keeper(clock));
      first
          .getFirst()
          .restore(
              "s",
              new JsonObject()
                  .put("value", "b25l")
                  .put("version", 1)
                  .put("readAt", "" + clock.instant()));
      files.write(first.getFirst()::field, file -> {});
      folder.write("foreign", new byte[1], Access.OWNER);
      new AgentCache(config, folder, "https://a", files, said::add).save(first, actions);
      assertFalse(
          new String(folder.cache().orElseThrow(), UTF_8).contains("https://a"), "holder as text");
      for (String holder : List.of("https://a", "https://b")) {
        FileKeeping next = new FileKeeping(List.of(), folder, said::add);
        List<Keeper> keepers = List.of(keeper(clock));
        new AgentCache(config, folder, holder, next, said::add).restore(keepers, actions);
        assertEquals(holder.equals("https://a"), keepers.getFirst().holds("s"), holder);
        assertFalse(Files.exists(path.resolve("f")), "is kept no more");
        assertTrue(Files.exists(path.resolve("foreign")));
      }
      folder.remove("foreign");
      folder.removeOwn();
    }
    assertFalse(Files.exists(path));
  }

  private static SecretsKeeper keeper(MovableClock clock) {
    return new SecretsKeeper(
        List.of(new Source.Secret("s", "s", false, false)),
        Duration.ofSeconds(10),
        Duration.ofDays(1),
        new Attempts(clock, new Random(5)));
  }
}
