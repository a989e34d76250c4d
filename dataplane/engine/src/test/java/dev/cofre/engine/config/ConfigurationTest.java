package dev.cofre.engine.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
  private static final Setting NAME = Setting.required("node.name", Setting.Kind.TEXT, "a name");
  private static final Setting COUNT =
      Setting.withDefault("node.count", Setting.Kind.NUMBER, "3", "a count");
  private static final Setting FILE = Setting.optional("node.file", Setting.Kind.PATH, "a file");
  private static final List<Setting> SETTINGS = List.of(NAME, COUNT, FILE);

  @TempDir Path directory;

  private Configuration read(String text) throws IOException {
    return Configuration.read(Files.writeString(directory.resolve("f.conf"), text), SETTINGS);
  }

  private String refusal(String text) {
    return assertThrows(ConfigException.class, () -> read(text)).getMessage();
  }

  @Test
  void readsValuesAndDefaults() throws IOException {
    Configuration configuration = read("# comment\n\n node.name = a = b \n");
    assertEquals("a = b", configuration.text(NAME));
    assertEquals(3, configuration.number(COUNT));
    assertTrue(configuration.findPath(FILE).isEmpty());
  }

  @Test
  void pathsAreRelativeToTheFile() throws IOException {
    assertEquals(directory.resolve("x/y"), read("node.name=n\nnode.file=x/z/../y").path(FILE));
  }

  @Test
  void namesAllThatIsWrongWithItsLine() {
    String message = refusal("node.count = many\nnode.cuont = 1\nnonsense\nnode.count = 2");
    assertTrue(message.contains("line 1: node.count must be a number"), message);
    assertTrue(
        message.contains("line 2: there is no setting node.cuont (there are node.count"), message);
    assertTrue(message.contains("line 3 is not of the form"), message);
    assertTrue(message.contains("line 4: node.count is set twice"), message);
    assertTrue(message.contains("node.name is missing"), message);
  }

  @Test
  void plainHttpIsForLoopbackAlone() throws IOException {
    List<Setting> all = new ArrayList<>(ListenerSettings.ALL);
    Path file =
        Files.writeString(
            directory.resolve("l.conf"), "http.host=0.0.0.0\nhttp.port=1\ndev.plaintext=true");
    Configuration open = Configuration.read(file, all);
    assertTrue(
        assertThrows(ConfigException.class, () -> ListenerSettings.read(open))
            .getMessage()
            .contains("loopback"));
    Configuration none = Configuration.read(Files.writeString(file, "http.port=1"), all);
    assertTrue(
        assertThrows(ConfigException.class, () -> ListenerSettings.read(none))
            .getMessage()
            .contains("tls.certificate"));
  }
}
