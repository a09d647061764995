import { Ban, CircleCheck, EllipsisVertical, Link2, MailCheck, ShieldCheck, ShieldOff, Trash2 } from "lucide-react";
import type { ManagedUser, UpdateUser } from "@/domain/managed-user";
import { IconButton } from "@/ui/parts/button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/parts/menu";

type Props = {
  user: ManagedUser;
  /** Whether accounts other than the configuration's can be signed in to. */
  isInUse: boolean;
  onChange: (body: UpdateUser, words: string) => void;
  onResetLink: () => void;
  onDelete: () => void;
};

export function UserMenu({ user, isInUse, onChange, onResetLink, onDelete }: Props) {
  const { name, status, roles, email_verified } = user;
  const isAdmin = roles.includes("admin");
  const isActive = status === "active";
  return (
    <Menu
      trigger={
        <IconButton label={`More for ${name}`}>
          <EllipsisVertical size={17} />
        </IconButton>
      }
    >
      {isInUse && isActive && (
        <MenuItem icon={<Link2 size={16} aria-hidden />} onSelect={onResetLink}>
          Make a password link
        </MenuItem>
      )}
      {isInUse && (
        <MenuItem
          icon={isAdmin ? <ShieldOff size={16} aria-hidden /> : <ShieldCheck size={16} aria-hidden />}
          onSelect={() => onChange({ role: isAdmin ? "user" : "admin" }, isAdmin ? `${name} is an ordinary user.` : `${name} is an admin.`)}
        >
          {isAdmin ? "Make an ordinary user" : "Make an admin"}
        </MenuItem>
      )}
      {isInUse && (
        <MenuItem
          icon={<MailCheck size={16} aria-hidden />}
          onSelect={() =>
            onChange(
              { email_verified: !email_verified },
              email_verified ? `The email of ${name} is not verified any more.` : `The email of ${name} is verified.`,
            )
          }
        >
          {email_verified ? "Take back that the email is verified" : "Mark the email as verified"}
        </MenuItem>
      )}
      <MenuItem
        icon={isActive ? <Ban size={16} aria-hidden /> : <CircleCheck size={16} aria-hidden />}
        onSelect={() =>
          onChange(
            { status: isActive ? "disabled" : "active" },
            isActive ? `${name} is disabled, and signed out everywhere.` : `${name} may sign in again.`,
          )
        }
      >
        {isActive ? "Disable" : "Enable"}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<Trash2 size={16} aria-hidden />} isDangerous onSelect={onDelete}>
        Delete
      </MenuItem>
    </Menu>
  );
}
