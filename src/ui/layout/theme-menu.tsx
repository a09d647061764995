import { Monitor, Moon, Sun } from "lucide-react";
import { IconButton } from "@/ui/parts/button";
import { Menu, MenuChoice } from "@/ui/parts/menu";
import { setTheme, type Theme, useTheme } from "@/ui/platform/theme";

const THEMES: readonly { theme: Theme; label: string }[] = [
  { theme: "system", label: "As the system" },
  { theme: "light", label: "Light" },
  { theme: "dark", label: "Dark" },
];

export function ThemeMenu() {
  const chosen = useTheme();
  const Icon = { system: Monitor, light: Sun, dark: Moon }[chosen];
  return (
    <Menu
      align="start"
      trigger={
        <IconButton label="Light or dark">
          <Icon size={17} />
        </IconButton>
      }
    >
      {THEMES.map(({ theme, label }) => (
        <MenuChoice key={theme} isChosen={theme === chosen} onSelect={() => setTheme(theme)}>
          {label}
        </MenuChoice>
      ))}
    </Menu>
  );
}
