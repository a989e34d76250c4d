/** Tests of what is done and watched beside a run. */
package dev.cofre.loadtest.observe;
