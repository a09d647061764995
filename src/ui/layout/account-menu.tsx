import { useQuery } from "@tanstack/react-query";
import { CircleUserRound, LogOut } from "lucide-react";
import { api } from "@/ui/api/client";
import { healthQuery, meQuery, queryClient } from "@/ui/api/queries";
import { IconButton } from "@/ui/parts/button";
import { Menu, MenuItem, MenuLabel } from "@/ui/parts/menu";
import { notifyFailure } from "@/ui/parts/notify";

/** Who is signed in, and the way out; nothing where there are no accounts. */
export function AccountMenu() {
  const { data: me } = useQuery(meQuery());
  const { data: health } = useQuery(healthQuery());
  if (!me || health?.auth_mode === "none") return null;
  const signOut = () =>
    api
      .post("/api/auth/logout")
      .then(() => queryClient.resetQueries())
      .catch(notifyFailure);
  return (
    <Menu
      align="start"
      trigger={
        <IconButton label={`Account of ${me.name}`}>
          <CircleUserRound size={17} />
        </IconButton>
      }
    >
      <MenuLabel>{me.email}</MenuLabel>
      <MenuItem icon={<LogOut size={16} />} onSelect={() => void signOut()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
