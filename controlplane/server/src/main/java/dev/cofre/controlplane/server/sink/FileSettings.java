package dev.cofre.controlplane.server.sink;

import static dev.cofre.engine.config.Setting.Kind.FLAG;
import static dev.cofre.engine.config.Setting.Kind.NUMBER;
import static dev.cofre.engine.config.Setting.Kind.PATH;

import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.Setting;
import java.nio.file.Path;
import java.util.List;

/**
 * A sink into files of JSON Lines. Immutable.
 *
 * @param directory their folder
 * @param rotateBytes length at which a new one is begun
 * @param rotateMs age at which a new one is begun
 * @param sync whether each batch is forced to the disk
 */
record FileSettings(Path directory, int rotateBytes, int rotateMs, boolean sync)
    implements TargetSettings {
  private static final int MIB = 1 << 20;
  private static final int DAYS_MAX_MS = 24 * 24 * 3_600_000;

  private static final Setting DIRECTORY =
      Setting.required("directory", PATH, "folder of the files NAME-NUMBER.jsonl");
  private static final Setting ROTATE_BYTES =
      Setting.withDefault(
          "rotateBytes",
          NUMBER,
          "104857600",
          "length at which a new file is begun, 1048576 to 2147483647");
  private static final Setting ROTATE_MS =
      Setting.withDefault(
          "rotateMs",
          NUMBER,
          "86400000",
          "age at which a new file is begun, 1000 to 2073600000 milliseconds");
  private static final Setting SYNC =
      Setting.withDefault(
          "sync",
          FLAG,
          "true",
          "whether each batch is forced to the disk before it counts as sent, to survive a power cut");

  static final List<Setting> ALL = List.of(DIRECTORY, ROTATE_BYTES, ROTATE_MS, SYNC);

  static FileSettings read(Configuration configuration) {
    return new FileSettings(
        configuration.path(DIRECTORY),
        SinkSettings.number(configuration, ROTATE_BYTES, MIB, Integer.MAX_VALUE),
        SinkSettings.number(configuration, ROTATE_MS, 1_000, DAYS_MAX_MS),
        configuration.flag(SYNC));
  }

  @Override
  public SinkTarget open(String name, int timeoutMs) {
    return new FileTarget(this, name);
  }
}
