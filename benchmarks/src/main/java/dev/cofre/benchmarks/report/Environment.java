package dev.cofre.benchmarks.report;

import dev.cofre.engine.aead.AeadBackEnd;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What kind of machine it was, and nothing that says which. */
final class Environment {
  private static final Set<String> TELLING =
      Set.of("aes", "vaes", "vpclmulqdq", "avx512f", "sha_ni");

  private Environment() {}

  static Map<String, String> now() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("commit", System.getProperty("cofre.commit", "unknown"));
    facts.put(
        "jvm", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    facts.put("cpu", cpu("model name"));
    facts.put("cpuFlags", flags());
    facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    facts.put(
        "providers",
        name(Security.getProvider("SunJCE")) + ", auto: " + AeadBackEnd.named("auto").text());
    facts.put("loadBefore", String.format(Locale.ROOT, "%.1f", load()));
    return facts;
  }

  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static String name(Provider provider) {
    return provider.getName() + " " + provider.getVersionStr();
  }

  private static String flags() {
    Set<String> flags = new TreeSet<>(List.of(cpu("flags").split(" ")));
    flags.retainAll(TELLING);
    return String.join(" ", flags);
  }

  private static String cpu(String key) {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown (" + e.getClass().getSimpleName() + ")";
    }
  }
}
