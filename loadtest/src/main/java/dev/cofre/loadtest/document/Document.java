package dev.cofre.loadtest.document;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads a YAML file by a schema and gathers all that is wrong with it. Not thread-safe. */
public final class Document {
  private static final int BYTES_MAX = 1 << 20;
  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setAllowDuplicateKeys(false).setCodePointLimit(BYTES_MAX).build();

  private final String name;
  private final List<String> problems = new ArrayList<>();

  private Document(String name) {
    this.name = name;
  }

  /**
   * What {@code schema} makes of the file.
   *
   * @throws WrongFileException naming line, field and allowed values of all that is wrong
   * @throws IOException when it cannot be read
   */
  public static <T> T read(Path file, Function<Section, T> schema)
      throws IOException, WrongFileException {
    if (Files.size(file) > BYTES_MAX) {
      throw new WrongFileException(List.of(file + ": longer than " + BYTES_MAX + " bytes"));
    }
    try {
      return parse(file.toString(), Files.readString(file), schema);
    } catch (MalformedInputException e) {
      throw new WrongFileException(List.of(file + ": not UTF-8"));
    }
  }

  /** The same of {@code text}, called {@code name} in messages. */
  public static <T> T parse(String name, String text, Function<Section, T> schema)
      throws WrongFileException {
    Document document = new Document(name);
    Section root = document.root(text);
    T value = null;
    if (root != null) {
      try {
        value = schema.apply(root);
        root.end();
      } catch (IllegalArgumentException e) {
        // What two right fields make together may still be wrong; else it followed from what is
        // said.
        if (document.problems.isEmpty()) {
          document.problem(0, "", e.getMessage());
        }
      }
    }
    if (!document.problems.isEmpty()) {
      throw new WrongFileException(document.problems);
    }
    return value;
  }

  private Section root(String text) {
    try {
      Optional<Node> root = new Compose(SETTINGS).composeString(text);
      if (root.isPresent() && root.get() instanceof MappingNode mapping) {
        return new Section(this, "", mapping);
      }
      problem(root.orElse(null), "", "must be a mapping (name: value lines)");
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      problem(line, "", "not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      problem(0, "", "not YAML: " + e.getMessage());
    }
    return null;
  }

  void problem(Node node, String field, String what) {
    int line = node == null ? 0 : node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    problem(line, field, what);
  }

  private void problem(int line, String field, String what) {
    problems.add(
        name + (line > 0 ? ":" + line : "") + ": " + (field.isEmpty() ? "" : field + ": ") + what);
  }
}
