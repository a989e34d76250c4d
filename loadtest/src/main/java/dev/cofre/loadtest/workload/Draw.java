package dev.cofre.loadtest.workload;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One request as the seed has drawn it. Immutable.
 *
 * @param caller the place of who asks among {@link Workload#callers}
 * @param bytes of each plaintext
 * @param context of the request
 */
public record Draw(
    Operation operation, int caller, String key, int bytes, Map<String, String> context) {
  private static final int DRAWS_MAX = 8_192;
  private static final int DRAWS_MIN = 8;
  private static final long BYTES_MAX = 64L << 20;

  /**
   * As many requests as fit in memory, at most {@value #DRAWS_MAX}; they are sent again and again
   * in this order.
   */
  public static List<Draw> of(Workload workload) {
    SplittableRandom random = new SplittableRandom(workload.seed());
    List<KeyChoice> choices =
        workload.callers().isEmpty()
            ? List.of(workload.keys())
            : workload.callers().stream().map(Caller::keys).toList();
    List<double[]> keys = choices.stream().map(KeyChoice::cumulated).toList();
    double shares = workload.operations().stream().mapToDouble(Operation::share).sum();
    double mean =
        workload.operations().stream()
            .mapToDouble(o -> o.share() / shares * o.batch() * (o.sizes().mean() + 512))
            .sum();
    long count = Math.clamp((long) (BYTES_MAX / mean), DRAWS_MIN, DRAWS_MAX);
    List<Draw> draws = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Operation operation = operation(workload.operations(), random.nextDouble() * shares);
      int caller = caller(workload.callers(), random);
      String key = choices.get(caller).aliases().get(KeyChoice.draw(keys.get(caller), random));
      int bytes = operation.sizes().draw(random);
      draws.add(new Draw(operation, caller, key, bytes, context(workload, random)));
    }
    return draws;
  }

  private static int caller(List<Caller> callers, SplittableRandom random) {
    if (callers.isEmpty()) {
      return 0;
    }
    double left = random.nextDouble() * callers.stream().mapToDouble(Caller::share).sum();
    int drawn = 0;
    while (drawn < callers.size() - 1 && left >= callers.get(drawn).share()) {
      left -= callers.get(drawn++).share();
    }
    return drawn;
  }

  private static Operation operation(List<Operation> operations, double at) {
    double left = at;
    for (Operation operation : operations) {
      left -= operation.share();
      if (left < 0) {
        return operation;
      }
    }
    return operations.getLast();
  }

  private static Map<String, String> context(Workload workload, SplittableRandom random) {
    int number = random.nextInt(workload.contexts());
    if (workload.contexts() == 1) {
      return workload.context();
    }
    Map<String, String> context = new LinkedHashMap<>(workload.context());
    context.put("n", Integer.toString(number));
    return context;
  }
}
