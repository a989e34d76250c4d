package dev.cofre.documents.yaml;

import dev.cofre.documents.yaml.YamlValue.Entry;
import dev.cofre.documents.yaml.YamlValue.Mapping;
import dev.cofre.documents.yaml.YamlValue.Scalar;
import dev.cofre.documents.yaml.YamlValue.Sequence;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the YAML documents of one file. Not thread-safe.
 *
 * <p>It takes the library's events, not its objects: so every value has its line, and depth, count
 * and what aliases stand for are limited before anything is built. An alias of what it is part of
 * is unknown at its place, so that no value holds itself.
 */
public final class YamlReader {
  /** The largest file. */
  public static final int FILE_BYTES_MAX = 1 << 20;

  /** The most documents in a file. */
  public static final int DOCUMENTS_MAX = 1_000;

  /** How deep values may stand in values. */
  public static final int DEPTH_MAX = 16;

  /** The most values in a file, aliases counted as what they stand for. */
  public static final int VALUES_MAX = 100_000;

  private final String file;
  private final FileErrors errors;
  private final Map<Anchor, YamlValue> anchors = new HashMap<>();
  private Iterator<Event> events;
  private long values;

  private YamlReader(String file, FileErrors errors) {
    this.file = file;
    this.errors = errors;
  }

  /** What cannot be read on after; it was noted already. */
  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stop() {
      super(null, null, false, false);
    }
  }

  /**
   * The documents in {@code bytes}, without the empty ones; those before the first error that
   * nothing can be read after, which {@code errors} tells of.
   */
  public static List<YamlValue> read(String file, byte[] bytes, FileErrors errors) {
    YamlReader reader = new YamlReader(file, errors);
    List<YamlValue> documents = new ArrayList<>();
    try {
      reader.documents(reader.text(bytes), documents);
    } catch (Stop e) {
      // It was noted where it was found.
    } catch (MarkedYamlEngineException e) {
      errors.add(reader.place(e.getProblemMark()), "", "is not YAML: " + oneLine(e.getProblem()));
    } catch (YamlEngineException e) {
      errors.add(new Place(file, 1), "", "is not YAML: " + oneLine(e.getMessage()));
    }
    return documents;
  }

  private static String oneLine(String text) {
    return text == null ? "" : text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
  }

  private String text(byte[] bytes) {
    if (bytes.length > FILE_BYTES_MAX) {
      throw stop(new Place(file, 1), "is larger than " + FILE_BYTES_MAX + " bytes");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw stop(new Place(file, 1), "is not UTF-8");
    }
  }

  private void documents(String text, List<YamlValue> documents) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(file).setCodePointLimit(FILE_BYTES_MAX).build();
    events = new Parse(settings).parseString(text).iterator();
    while (events.hasNext()) {
      Event event = events.next();
      switch (event.getEventId()) {
        case DocumentStart -> {
          anchors.clear();
          YamlValue document = value(events.next(), 1);
          if (!(document instanceof Scalar scalar) || scalar.value() != null) {
            documents.add(document);
          }
          if (documents.size() > DOCUMENTS_MAX) {
            throw stop(place(event), "has more than " + DOCUMENTS_MAX + " documents");
          }
        }
        default -> {
          // The ends of documents and of the stream say nothing.
        }
      }
    }
  }

  private YamlValue value(Event event, int depth) {
    Place place = place(event);
    count(1, place);
    if (depth > DEPTH_MAX) {
      throw stop(place, "is nested deeper than " + DEPTH_MAX + " levels");
    }
    YamlValue value =
        switch (event) {
          case AliasEvent alias -> alias(alias, place);
          case ScalarEvent scalar -> scalar(scalar, place);
          case SequenceStartEvent sequence -> sequence(sequence, place, depth);
          case MappingStartEvent mapping -> mapping(mapping, place, depth);
          default -> throw stop(place, "is not a value");
        };
    if (!(event instanceof AliasEvent) && event instanceof NodeEvent node) {
      node.getAnchor().ifPresent(anchor -> anchors.put(anchor, value));
    }
    return value;
  }

  private YamlValue alias(AliasEvent alias, Place place) {
    YamlValue meant = anchors.get(alias.getAlias());
    if (meant == null) {
      throw stop(
          place, "the alias *" + alias.getAlias() + " stands for nothing before it, or for itself");
    }
    count(meant.size(), place);
    return meant;
  }

  private YamlValue scalar(ScalarEvent event, Place place) {
    refuseTag(event.getTag(), place);
    boolean plain = event.getScalarStyle() == ScalarStyle.PLAIN;
    return new Scalar(place, plain ? PlainScalars.value(event.getValue()) : event.getValue());
  }

  private YamlValue sequence(SequenceStartEvent event, Place place, int depth) {
    refuseTag(event.getTag(), place);
    List<YamlValue> items = new ArrayList<>();
    long size = 1;
    for (Event next = events.next(); next.getEventId() != Event.ID.SequenceEnd; ) {
      YamlValue item = value(next, depth + 1);
      items.add(item);
      size += item.size();
      next = events.next();
    }
    return new Sequence(place, items, size);
  }

  private YamlValue mapping(MappingStartEvent event, Place place, int depth) {
    refuseTag(event.getTag(), place);
    Map<String, Entry> entries = new java.util.LinkedHashMap<>();
    long size = 1;
    for (Event next = events.next(); next.getEventId() != Event.ID.MappingEnd; ) {
      Place at = place(next);
      if (!(next instanceof ScalarEvent key)) {
        throw stop(at, "a field's name must be a text");
      }
      count(1, at);
      YamlValue value = value(events.next(), depth + 1);
      size += 1 + value.size();
      Entry before = entries.putIfAbsent(key.getValue(), new Entry(key.getValue(), at, value));
      if (before != null) {
        errors.add(at, key.getValue(), "is there twice, first in line " + before.place().line());
      }
      next = events.next();
    }
    return new Mapping(place, List.copyOf(entries.values()), size);
  }

  private void refuseTag(Optional<String> tag, Place place) {
    if (tag.isPresent()) {
      throw stop(place, "has the YAML tag " + tag.get() + "; tags are not taken");
    }
  }

  private void count(long more, Place place) {
    values += more;
    if (values > VALUES_MAX) {
      throw stop(
          place, "holds more than " + VALUES_MAX + " values, what aliases stand for counted");
    }
  }

  private Stop stop(Place place, String message) {
    errors.add(place, "", message);
    return new Stop();
  }

  private Place place(Event event) {
    return place(event.getStartMark());
  }

  private Place place(Optional<Mark> mark) {
    return new Place(file, mark.map(at -> at.getLine() + 1).orElse(1));
  }
}
