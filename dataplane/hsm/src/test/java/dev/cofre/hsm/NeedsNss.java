package dev.cofre.hsm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** A test that runs where Debian's package libnss3 is installed. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
    value = "dev.cofre.hsm.NssToken#isInstalled",
    disabledReason = "NSS softokn is missing: apt-get install libnss3")
@interface NeedsNss {}
