package dev.cofre.benchmarks.node;

import dev.cofre.hsm.Hsm;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * A token whose calls take longer, those of its signing keys included: each waits as long as {@link
 * HsmDelay} says, then the token itself is asked. So a call holds its HSM thread for longer, as it
 * does with a slow device, and the HSM answers fewer calls a second.
 *
 * <p>A proxy, so that no method of {@link Hsm} can be forgotten. Thread-safe.
 */
final class DelayedHsm implements InvocationHandler {
  private final Object token;
  private final HsmDelay delay;

  private DelayedHsm(Object token, HsmDelay delay) {
    this.token = token;
    this.delay = delay;
  }

  /** {@code token}, slowed by {@code delay}, which it closes with itself. */
  static Hsm of(Hsm token, HsmDelay delay) {
    return slowed(Hsm.class, token, delay);
  }

  private static <T> T slowed(Class<T> type, Object token, HsmDelay delay) {
    return type.cast(
        Proxy.newProxyInstance(
            DelayedHsm.class.getClassLoader(),
            new Class<?>[] {type},
            new DelayedHsm(token, delay)));
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    boolean closing = token instanceof Hsm && method.getName().equals("close");
    if (closing) {
      delay.close();
    } else if (method.getDeclaringClass() != Object.class && !isAnswered(method)) {
      delay.await();
    }
    try {
      Object result = method.invoke(token, arguments);
      boolean asksToken = result != null && isOfToken(method.getReturnType());
      return asksToken ? slowed(method.getReturnType(), result, delay) : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** A public key was read when its signing key was found: the token is not asked again. */
  private static boolean isAnswered(Method method) {
    return method.getDeclaringClass() == Hsm.SigningKey.class
        && method.getName().equals("publicKey");
  }

  private static boolean isOfToken(Class<?> type) {
    return type.isInterface() && type.getPackage().equals(Hsm.class.getPackage());
  }
}
