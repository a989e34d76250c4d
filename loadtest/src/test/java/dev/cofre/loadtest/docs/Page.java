package dev.cofre.loadtest.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A page of Markdown. Immutable.
 *
 * @param name relative to the project's root
 */
record Page(String name, List<String> lines) {
  /** The project's root. */
  static final Path ROOT = Path.of(System.getProperty("cofre.root")).toAbsolutePath();

  private static final Pattern MARKER = Pattern.compile("<!-- run:? ?(.*?) ?-->");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");

  /**
   * A fenced block.
   *
   * @param language after the fence
   * @param run what stands in the marker on the line before, or null without one
   */
  record Block(String page, int line, String language, String run, String text) {
    String where() {
      return page + ":" + line;
    }
  }

  static Page read(String name) {
    try {
      return new Page(name, Files.readAllLines(ROOT.resolve(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All pages of the project. */
  static List<Page> all() throws IOException {
    List<Page> pages = new ArrayList<>();
    pages.add(read("README.md"));
    pages.add(read(".github/CONTRIBUTING.md"));
    try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
      files
          .map(file -> ROOT.relativize(file).toString())
          .filter(name -> name.endsWith(".md"))
          .sorted()
          .forEach(name -> pages.add(read(name)));
    }
    return pages;
  }

  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    String run = null;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      Matcher marker = MARKER.matcher(line);
      if (marker.matches()) {
        run = marker.group(1);
      } else if (line.startsWith("```")) {
        int end = i + 1;
        while (!lines.get(end).equals("```")) {
          end++;
        }
        String text = String.join("\n", lines.subList(i + 1, end)) + "\n";
        blocks.add(new Block(name, i + 1, line.substring(3), run, text));
        run = null;
        i = end;
      }
    }
    return blocks;
  }

  /** The lines that stand in no fenced block. */
  List<String> prose() {
    List<String> prose = new ArrayList<>();
    boolean fenced = false;
    for (String line : lines) {
      if (line.startsWith("```")) {
        fenced = !fenced;
      } else if (!fenced) {
        prose.add(line);
      }
    }
    return prose;
  }

  /** The targets of its links, without code. */
  List<String> links() {
    List<String> links = new ArrayList<>();
    for (String line : prose()) {
      Matcher link = LINK.matcher(line.replaceAll("`[^`]*`", "code"));
      while (link.find()) {
        links.add(link.group(1));
      }
    }
    return links;
  }

  /** The anchors of its headings. */
  Set<String> anchors() {
    return prose().stream()
        .filter(line -> line.matches("#{1,6} .*"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  /** The rows of the tables under {@code heading}, each as its cells. */
  List<List<String>> rows(String heading) {
    List<List<String>> rows = new ArrayList<>();
    int level = heading.indexOf(' ');
    for (int i = lines.indexOf(heading) + 1; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.matches("#{1," + level + "} .*")) {
        break;
      }
      if (line.startsWith("| `")) {
        rows.add(Stream.of(line.split("\\|")).skip(1).map(String::strip).toList());
      }
    }
    return rows;
  }
}
