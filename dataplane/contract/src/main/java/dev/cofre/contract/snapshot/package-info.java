/** The signed snapshot that data plane nodes follow: signing input, digest chain, verification. */
package dev.cofre.contract.snapshot;
