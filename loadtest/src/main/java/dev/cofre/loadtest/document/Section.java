package dev.cofre.loadtest.document;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A mapping of a {@link Document}. Each method reads one field; when that is wrong it says so to
 * the document and returns the default, so that one look finds all problems. Not thread-safe.
 */
public final class Section {
  private static final int LIST_MAX = 1_000;

  private final Document document;
  private final String path;
  private final MappingNode mapping;
  private final Map<String, Node> fields = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();
  private final List<Section> children = new ArrayList<>();

  Section(Document document, String path, MappingNode mapping) {
    this.document = document;
    this.path = path;
    this.mapping = mapping;
    for (NodeTuple tuple : mapping.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key) {
        fields.put(key.getValue(), tuple.getValueNode());
      } else {
        document.problem(tuple.getKeyNode(), path, "a field's name is a text");
      }
    }
  }

  /** Says which fields are there that nobody has asked for. */
  void end() {
    for (NodeTuple tuple : mapping.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key && !known.contains(key.getValue())) {
        document.problem(
            key, at(key.getValue()), "unknown; allowed here: " + String.join(", ", known));
      }
    }
    children.forEach(Section::end);
  }

  private String at(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  private Node node(String field) {
    known.add(field);
    return fields.get(field);
  }

  /** Whether {@code field} is there. */
  public boolean has(String field) {
    return node(field) != null;
  }

  /** The names of all fields, for a mapping whose names are the file's own. */
  public List<String> names() {
    known.addAll(fields.keySet());
    return List.copyOf(fields.keySet());
  }

  /** Says that {@code field}, or this mapping when it is empty, is wrong, and in what way. */
  public void wrong(String field, String what) {
    Node node = fields.getOrDefault(field, mapping);
    document.problem(node, field.isEmpty() ? path : at(field), what);
  }

  private String scalar(String field, String allowed) {
    Node node = node(field);
    if (node == null) {
      return null;
    }
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    document.problem(node, at(field), "must be " + allowed);
    return null;
  }

  /** A text; {@code fallback} when it is not there. */
  public String text(String field, String fallback) {
    String value = scalar(field, "a text");
    return value == null ? fallback : value;
  }

  /** A text that must be there. */
  public String required(String field) {
    if (!has(field)) {
      wrong(field, "missing; must be a text");
      return "";
    }
    return text(field, "");
  }

  /** One of {@code allowed}. */
  public String choice(String field, String fallback, String... allowed) {
    String words = "one of " + String.join(", ", allowed);
    String value = scalar(field, words);
    if (value == null) {
      if (fallback == null && !has(field)) {
        wrong(field, "missing; must be " + words);
      }
      return fallback == null ? allowed[0] : fallback;
    }
    if (List.of(allowed).contains(value)) {
      return value;
    }
    wrong(field, "'" + value + "' is not allowed; must be " + words);
    return fallback == null ? allowed[0] : fallback;
  }

  /** True or false. */
  public boolean flag(String field, boolean fallback) {
    return choice(field, Boolean.toString(fallback), "true", "false").equals("true");
  }

  /** A number from {@code min} to {@code max}; it must be there when {@code fallback} is NaN. */
  public double number(String field, double fallback, double min, double max) {
    return number(field, fallback, min, max, false);
  }

  /** The same without a fraction. */
  public long whole(String field, long fallback, long min, long max) {
    return (long) number(field, (double) fallback, (double) min, (double) max, true);
  }

  private double number(String field, double fallback, double min, double max, boolean whole) {
    String allowed =
        "a " + (whole ? "whole number" : "number") + " from " + text(min) + " to " + text(max);
    String value = scalar(field, allowed);
    if (value == null) {
      if (Double.isNaN(fallback) && !has(field)) {
        wrong(field, "missing; must be " + allowed);
      }
      return Double.isNaN(fallback) ? min : fallback;
    }
    try {
      double number = Double.parseDouble(value.replace("_", ""));
      if (number >= min && number <= max && (!whole || number == Math.rint(number))) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, with what may stand there.
    }
    wrong(field, "'" + value + "' is not allowed; must be " + allowed);
    return Double.isNaN(fallback) ? min : fallback;
  }

  private static String text(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }

  /** A mapping; null when it is not there. */
  public Section section(String field) {
    Node node = node(field);
    return node == null ? null : child(node, at(field));
  }

  private Section child(Node node, String where) {
    if (!(node instanceof MappingNode inner)) {
      document.problem(node, where, "must be a mapping (name: value)");
      return null;
    }
    Section child = new Section(document, where, inner);
    children.add(child);
    return child;
  }

  /** A list of mappings, each read by {@code schema}; empty when it is not there. */
  public <T> List<T> sections(String field, Function<Section, T> schema) {
    List<T> values = new ArrayList<>();
    int i = 0;
    for (Node node : nodes(field, "a list of mappings")) {
      Section child = child(node, at(field) + "[" + i++ + "]");
      if (child != null) {
        values.add(schema.apply(child));
      }
    }
    return values;
  }

  /** A list of texts; empty when it is not there. */
  public List<String> texts(String field) {
    List<String> values = new ArrayList<>();
    for (Node node : nodes(field, "a list of texts")) {
      if (node instanceof ScalarNode scalar) {
        values.add(scalar.getValue());
      } else {
        document.problem(node, at(field), "must be a list of texts");
      }
    }
    return values;
  }

  private List<Node> nodes(String field, String allowed) {
    Node node = node(field);
    if (node == null) {
      return List.of();
    }
    if (node instanceof SequenceNode list && list.getValue().size() <= LIST_MAX) {
      return list.getValue();
    }
    document.problem(node, at(field), "must be " + allowed + ", at most " + LIST_MAX);
    return List.of();
  }

  /** A mapping of texts to texts; empty when it is not there. */
  public Map<String, String> pairs(String field) {
    Map<String, String> pairs = new LinkedHashMap<>();
    Section inner = section(field);
    if (inner != null) {
      inner.names().forEach(name -> pairs.put(name, inner.text(name, "")));
    }
    return pairs;
  }
}
