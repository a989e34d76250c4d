package dev.cofre.cli.agent;

import dev.cofre.cli.run.SecretFile;
import dev.cofre.cli.run.UnixSignal;
import dev.cofre.cli.shape.AgentDocument;
import dev.cofre.cli.template.Format;
import dev.cofre.cli.template.Template;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import dev.cofre.documents.yaml.YamlReader;
import dev.cofre.documents.yaml.YamlValue;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the file that says what an agent keeps, and the templates that it names. */
public final class AgentConfigReader {
  private static final int TEMPLATE_BYTES_MAX = 1 << 20;
  private static final String FOLDER_OF_AGENT = "cofre-agent";

  private final Path base;
  private final AgentDocument document;
  private final FileErrors errors;
  private final Map<String, Source> sources = new HashMap<>();

  private AgentConfigReader(Path base, AgentDocument document, FileErrors errors) {
    this.base = base;
    this.document = document;
    this.errors = errors;
  }

  /**
   * Reads the file {@code file}, whose content is {@code bytes}.
   *
   * @return empty when anything is wrong, which {@code errors} tells then
   */
  public static Optional<AgentConfig> read(Path file, byte[] bytes, FileErrors errors) {
    List<YamlValue> documents = YamlReader.read(file.toString(), bytes, errors);
    if (errors.isEmpty() && documents.size() != 1) {
      errors.add(
          new Place(file.toString(), 1),
          "",
          "must hold one document with folder, sources" + " and files");
    }
    if (!errors.isEmpty()) {
      return Optional.empty();
    }
    Path base = file.toAbsolutePath().getParent();
    return AgentDocument.read(documents.getFirst(), errors)
        .map(document -> new AgentConfigReader(base, document, errors).config())
        .filter(config -> errors.isEmpty());
  }

  private AgentConfig config() {
    JsonObject json = document.json();
    boolean keep = "keep".equals(json.getString("onStop", "remove"));
    boolean revoke = json.getBoolean("revokeOnStop", false);
    if (keep && revoke) {
      wrong(
          "revokeOnStop",
          "must not be true when onStop is keep: the files would name dead" + " credentials");
    }
    List<Source> found = new ArrayList<>();
    each("sources", (at, item) -> found.add(source(at, item)));
    List<KeptFile> files = new ArrayList<>();
    Map<String, Place> paths = new HashMap<>();
    each("files", (at, item) -> files.add(file(at, item, paths)));
    nested(paths);
    return new AgentConfig(
        Path.of(json.getString("folder")),
        json.getString("folderMode", "0700"),
        json.getString("folderGroup"),
        json.getBoolean("allowDisk", false),
        seconds(json, "intervalSeconds", 60),
        seconds(json, "cacheSeconds", 86_400),
        seconds(json, "settleSeconds", 1),
        seconds(json, "onChangeSeconds", 10),
        keep,
        revoke,
        found,
        files);
  }

  private static Duration seconds(JsonObject json, String field, long otherwise) {
    return Duration.ofSeconds(json.getLong(field, otherwise));
  }

  private void wrong(String field, String message) {
    errors.add(document.placeOf(field), field, message);
  }

  private interface Item {
    void read(String at, JsonObject item);
  }

  private void each(String field, Item item) {
    JsonArray items = document.json().getJsonArray(field);
    for (int i = 0; i < items.size(); i++) {
      item.read(field + "[" + i + "]", items.getJsonObject(i));
    }
  }

  private Source source(String at, JsonObject item) {
    String name = item.getString("name");
    Source source;
    if (item.containsKey("lease")) {
      JsonObject lease = item.getJsonObject("lease");
      source =
          new Source.Lease(
              name,
              lease.getString("engine"),
              lease.getString("role"),
              lease.getInteger("ttlSeconds"));
    } else if (item.containsKey("certificate")) {
      source = certificate(at, name, item.getJsonObject("certificate"));
    } else {
      source =
          new Source.Secret(
              name,
              item.getString("secret"),
              item.getBoolean("trim", false),
              document.json().getBoolean("resolve", false));
    }
    if (item.containsKey("trim") && !(source instanceof Source.Secret)) {
      wrong(at + ".trim", "is for secrets alone");
    }
    if (sources.putIfAbsent(name, source) != null) {
      wrong(at + ".name", name + " is there twice");
    }
    return source;
  }

  private Source certificate(String at, String name, JsonObject json) {
    List<String> ips = texts(json, "ipAddresses");
    for (String ip : ips) {
      try {
        InetAddress.ofLiteral(ip);
      } catch (IllegalArgumentException e) {
        wrong(at + ".certificate.ipAddresses", ip + " is no IPv4 or IPv6 address");
      }
    }
    return new Source.Certificate(
        name,
        json.getString("authority"),
        json.getString("role"),
        texts(json, "dnsNames"),
        texts(json, "uris"),
        ips,
        json.getString("keyType", "ec-p256"),
        json.getInteger("ttlSeconds"));
  }

  private static List<String> texts(JsonObject json, String field) {
    return json.getJsonArray(field, new JsonArray()).stream().map(String.class::cast).toList();
  }

  private KeptFile file(String at, JsonObject item, Map<String, Place> paths) {
    String path = item.getString("path");
    Place place = document.placeOf(at + ".path");
    Place first = paths.putIfAbsent(path, place);
    if (first != null) {
      errors.add(place, at + ".path", path + " is given twice, first at " + first);
    }
    if (path.equals(FOLDER_OF_AGENT) || path.startsWith(FOLDER_OF_AGENT + "/")) {
      errors.add(place, at + ".path", FOLDER_OF_AGENT + " is the agent's own folder");
    }
    Format format = Format.TEXT;
    Template template = null;
    Template.Place value = null;
    if (item.containsKey("value")) {
      if (item.containsKey("format")) {
        wrong(at + ".format", "is for templates alone");
      }
      String[] named = item.getString("value").split("\\.", 2);
      value = new Template.Place(named[0], named[1], false, 1);
      known(document.placeOf(at + ".value"), at + ".value", value);
    } else if (item.containsKey("format")) {
      format = Format.valueOf(item.getString("format").toUpperCase(Locale.ROOT));
      template = template(at, item, format);
    } else {
      wrong(at, "must have format beside text or template: json, yaml, properties, shell or text");
    }
    return new KeptFile(
        path,
        format,
        template,
        value,
        new SecretFile.Access(
            item.getString("mode", "0600"), item.getString("owner"), item.getString("group")),
        item.containsKey("onChange") ? onChange(at + ".onChange", item) : null);
  }

  private Template template(String at, JsonObject item, Format format) {
    if (item.containsKey("text")) {
      String field = at + ".text";
      Place begin = document.placeOf(field);
      Template template =
          Template.read(
              item.getString("text"),
              format,
              (line, message) -> errors.add(begin, field, "line " + line + " " + message));
      template.places().forEach(place -> known(begin, field, place));
      return template;
    }
    String field = at + ".template";
    Path file = base.resolve(item.getString("template"));
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(TEMPLATE_BYTES_MAX + 1);
      if (bytes.length > TEMPLATE_BYTES_MAX) {
        wrong(field, "names a file of more than " + TEMPLATE_BYTES_MAX + " bytes");
        return null;
      }
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      Template template =
          Template.read(
              text,
              format,
              (line, message) -> errors.add(new Place(file.toString(), line), "", message));
      template
          .places()
          .forEach(place -> known(new Place(file.toString(), place.line()), "", place));
      return template;
    } catch (CharacterCodingException e) {
      wrong(field, "names a file that is not UTF-8");
    } catch (IOException e) {
      wrong(field, "names a file that cannot be read: " + file);
    }
    return null;
  }

  private void known(Place at, String field, Template.Place place) {
    Source source = sources.get(place.source());
    if (source == null) {
      errors.add(at, field, place.title() + ": there is no source " + place.source());
    } else if (!source.hasField(place.field())) {
      errors.add(at, field, place.title() + ": the source has the fields " + source.fields());
    }
  }

  private OnChange onChange(String at, JsonObject item) {
    JsonObject json = item.getJsonObject("onChange");
    if (json.containsKey("signal")) {
      if (json.containsKey("timeoutSeconds")) {
        wrong(at + ".timeoutSeconds", "is for commands alone");
      }
      return new OnChange(
          List.of(),
          Duration.ZERO,
          UnixSignal.valueOf(json.getString("signal")),
          base.resolve(json.getString("pidFile")));
    }
    return new OnChange(texts(json, "command"), seconds(json, "timeoutSeconds", 30), null, null);
  }

  /** A file cannot be a folder of another one. */
  private void nested(Map<String, Place> paths) {
    paths.forEach(
        (path, place) -> {
          for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
            String folder = path.substring(0, end);
            if (paths.containsKey(folder)) {
              errors.add(place, "files", path + " would stand in the file " + folder);
            }
          }
        });
  }
}
