package dev.cofre.documents.alert;

import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import dev.cofre.documents.yaml.YamlReader;
import dev.cofre.documents.yaml.YamlValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads rules, and runs the tests in their files before any takes effect. Stateless. */
public final class AlertRules {
  /** The most rules. */
  public static final int RULES_MAX = 200;

  private static final String SHIPPED = "shipped-rules.yaml";
  private static final int FILES_MAX = 100;

  private AlertRules() {}

  /** The rules that come with the product. */
  public static List<AlertRule> shipped() {
    try (InputStream in = AlertRules.class.getResourceAsStream(SHIPPED)) {
      FileErrors errors = new FileErrors();
      List<AlertRule> rules = read(SHIPPED, in.readAllBytes(), errors);
      if (!errors.isEmpty()) {
        throw new IllegalStateException(String.join("\n", errors.lines()));
      }
      return rules;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The shipped rules, and those of {@code *.yaml} in {@code directory}, which replace shipped ones
   * of their name. What is wrong is added to {@code errors}; then the answer is not to be used.
   *
   * @throws IOException when the folder or a file cannot be read
   */
  public static List<AlertRule> readAll(Path directory, FileErrors errors) throws IOException {
    Map<String, AlertRule> rules = new LinkedHashMap<>();
    shipped().forEach(rule -> rules.put(rule.name(), rule));
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
    if (files.size() > FILES_MAX) {
      errors.add(new Place(directory.toString(), 1), "", "has more than " + FILES_MAX + " files");
      return List.of();
    }
    Map<String, Place> own = new LinkedHashMap<>();
    for (Path file : files) {
      for (AlertRule rule : read(file, errors)) {
        Place before = own.putIfAbsent(rule.name(), rule.place());
        if (before != null) {
          errors.add(rule.place(), "name", rule.name() + " is there twice, first at " + before);
        }
        rules.put(rule.name(), rule);
      }
    }
    if (rules.size() > RULES_MAX) {
      errors.add(new Place(directory.toString(), 1), "", "has more than " + RULES_MAX + " rules");
    }
    return List.copyOf(rules.values());
  }

  /**
   * The rules of {@code file} that are right and whose tests hold.
   *
   * @throws IOException when it cannot be read
   */
  public static List<AlertRule> read(Path file, FileErrors errors) throws IOException {
    if (Files.size(file) > YamlReader.FILE_BYTES_MAX) {
      errors.add(
          new Place(file.toString(), 1),
          "",
          "is larger than " + YamlReader.FILE_BYTES_MAX + " bytes");
      return List.of();
    }
    return read(file.toString(), Files.readAllBytes(file), errors);
  }

  private static List<AlertRule> read(String file, byte[] bytes, FileErrors errors) {
    List<AlertRule> rules = new ArrayList<>();
    for (YamlValue document : YamlReader.read(file, bytes, errors)) {
      RuleDocument.read(document, errors).ifPresent(rules::add);
    }
    for (AlertRule rule : rules) {
      for (int i = 0; i < rule.tests().size(); i++) {
        RuleTest test = rule.tests().get(i);
        String field = "tests[" + i + "]";
        test.run(rule).ifPresent(wrong -> errors.add(test.place(), field, wrong));
      }
    }
    return rules;
  }
}
