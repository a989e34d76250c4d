package dev.cofre.controlplane.server.dynamic;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.EngineKind;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The engines that there are. Stateless. */
public final class DynamicEngines {
  private DynamicEngines() {}

  /** One for each kind of system; salts and the like are taken from {@code random}. */
  public static Map<EngineKind, DynamicEngine> all(RandomSource random) {
    return Stream.<DynamicEngine>of(
            new PostgreSqlEngine(random),
            // One line for each.
            new MariaDbEngine(random),
            new RedisEngine(random),
            new RabbitMqEngine(random))
        .collect(Collectors.toUnmodifiableMap(DynamicEngine::kind, Function.identity()));
  }
}
