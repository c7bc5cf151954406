import { describe, expect, it } from "vitest";
import { isIosSafari } from "../src/pwa/install";

const SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1";
const IPAD = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15";
const CHROME_IOS = SAFARI.replace("Version/17.4", "CriOS/124.0.6367.88");
const ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36";

describe("the way to install", () => {
  it("is Safari's own on iPhone and iPad, which calls itself a Mac", () => {
    expect(isIosSafari(SAFARI, 5)).toBe(true);
    expect(isIosSafari(IPAD, 5)).toBe(true);
  });

  it("is another on a Mac, on Android, and in other browsers on iOS", () => {
    expect(isIosSafari(IPAD, 0)).toBe(false);
    expect(isIosSafari(ANDROID, 5)).toBe(false);
    expect(isIosSafari(CHROME_IOS, 5)).toBe(false);
  });
});
